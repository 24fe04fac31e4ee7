import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HostApp } from '../../support/host-app.js';

/** Words that stand nowhere else. */
const SECRETS = {
  first: 'MarkedPasswordOne-3f1c',
  second: 'MarkedPasswordTwo-9b7e',
  third: 'MarkedPasswordThree-51d2',
  wrong: 'MarkedGuess-77aa',
};
/** An address that only budgets have seen: no session was opened from it. */
const GUESSER = { ip: '203.0.113.77', userAgent: 'marked-agent' };
const VISITOR = { ip: '198.51.100.7', userAgent: null };

describe('a dump of the database after a busy day', () => {
  let host: HostApp;
  let dump: string;
  const tokens: string[] = [];

  beforeAll(async () => {
    host = await HostApp.start();
    await host.users.create({ username: 'ann', email: 'ann@example.org', emailConfirmed: true, password: SECRETS.first });
    await host.users.register({ username: 'bob', email: 'bob@example.org', password: SECRETS.first }, VISITOR);
    await host.sessions.login({ login: 'ann', password: SECRETS.wrong }, GUESSER).catch(() => undefined);
    await host.sessions.login({ login: 'typed-by-mistake', password: SECRETS.wrong }, GUESSER).catch(() => undefined);
    const { token, session } = await host.sessions.login({ login: 'ann', password: SECRETS.first, remember: true }, VISITOR);
    const renewed = await host.sessions.reauthenticate(session.id, SECRETS.first, VISITOR);
    await host.users.changePassword(
      { username: 'ann' },
      { oldPassword: SECRETS.first, newPassword: SECRETS.second },
      { keepSession: session.id },
    );
    const issued = await host.resets.issue({ username: 'ann' });
    await host.resets.request('ann', VISITOR);
    await host.users.requestEmailChange({ username: 'ann' }, 'ann@new.example.org');
    await host.settled();
    const mailed = host.inbox.notifications.flatMap((notification) => ('token' in notification ? [notification.token] : []));
    tokens.push(token, renewed.token, issued.token, ...mailed);
    const reset = host.inbox.last('reset-password', 'ann@example.org').token;
    await host.resets.reset(reset, SECRETS.third, {}, VISITOR);
    tokens.push((await host.sessions.open({ username: 'ann' })).token);
    await host.settled();
    dump = await dumpOf(host);
  });
  afterAll(() => host.close());

  it('was taken of what is there', () => {
    expect(tokens.length).toBeGreaterThanOrEqual(6);
    for (const there of ['ann@example.org', tokens.at(-1)!.slice(0, 36), 'bob@example.org']) expect(dump).toContain(there);
  });

  it('holds no password, not even in the registration that waits [W1]', () => {
    for (const secret of Object.values(SECRETS)) expect(dump).not.toContain(secret);
  });

  it('holds no token that was handed out, whole or in part [W1] [B-14]', () => {
    for (const token of tokens) {
      const secret = token.slice(37);
      expect(secret).toHaveLength(43);
      for (const part of [token, secret, secret.slice(0, 16), Buffer.from(secret, 'base64url').toString('hex')])
        expect(dump).not.toContain(part);
    }
  });

  it('holds nothing by which its budgets know people', () => {
    for (const trace of [GUESSER.ip, GUESSER.userAgent, 'typed-by-mistake']) expect(dump).not.toContain(trace);
  });
});

/** All columns of all tables, as text. */
async function dumpOf({ dataSource }: HostApp): Promise<string> {
  const rows: unknown[] = [];
  for (const { tablePath } of dataSource.entityMetadatas) {
    const table = tablePath.split('.').map((name) => dataSource.driver.escape(name));
    rows.push(await dataSource.query(`SELECT * FROM ${table.join('.')}`));
  }
  return JSON.stringify(rows);
}
