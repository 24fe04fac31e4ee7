import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DomainEvent, UserBanned } from 'nestjs-users';
import { auditLog, AuditLog } from 'nestjs-users/audit-log';
import { Janitor } from '../../../lib/maintenance/janitor.js';
import { HostApp, PASSWORD } from '../../support/host-app.js';
import { losses, race, winners } from '../../support/race.js';

const FROM = { ip: '203.0.113.77', userAgent: 'marked-agent' };

/** Words that stand nowhere else. */
const SECRETS = {
  first: 'MarkedPasswordOne-3f1c',
  second: 'MarkedPasswordTwo-9b7e',
  third: 'MarkedPasswordThree-51d2',
  wrong: 'MarkedGuess-77aa',
};
const PRIVATE = ['MarkedReason-12ab', 'marked-ann', 'marked-anna', 'marked-typed-by-mistake', 'marked.example.org'];

async function open(options: Parameters<typeof auditLog>[0] = {}): Promise<{ host: HostApp; log: AuditLog }> {
  const host = await HostApp.start({ extensions: [auditLog(options)] });
  return { host, log: host.app.get(AuditLog) };
}

describe('the audit log', () => {
  let host: HostApp;
  let log: AuditLog;
  beforeEach(async () => {
    ({ host, log } = await open());
  });
  afterEach(() => host.close());

  const rows = async (): Promise<Record<string, unknown>[]> => {
    await host.settled();
    return (await host.dataSource.query('SELECT * FROM auth_audit')) as Record<string, unknown>[];
  };
  const events = async (userId?: string): Promise<string[]> => {
    await host.settled();
    return (await log.list({ userId })).items.map(({ event }) => event);
  };
  const sweep = (): Promise<void> => host.app.get(Janitor).sweepAll();

  it('has a table that drifts from its entity in nothing', async () => {
    const { upQueries } = await host.dataSource.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });

  it('[6.1] writes down who, what, when and from where, newest first', async () => {
    const { id } = await host.user();
    host.clock.advance('1m');
    const { session } = await host.sessions.login({ login: 'ann', password: PASSWORD }, FROM);
    host.clock.advance('1m');
    await host.users.ban(id, { reason: 'spam' });
    const { items, next } = await log.list({ userId: id });
    expect(next).toBeNull();
    const names = items.map(({ event }) => event);
    // What happened in one millisecond stands in no order.
    expect([names.slice(0, 2).sort(), names.slice(2)]).toEqual([
      ['sessions.ended', 'user.banned'],
      ['session.opened', 'user.created'],
    ]);
    expect(items[2]).toEqual({
      ...{ id: expect.any(String), at: session.createdAt, event: 'session.opened', userId: id, actorId: null, sessionId: session.id },
      ...{ ip: FROM.ip, userAgent: FROM.userAgent, device: 'Unknown device', facts: null },
    });
  });

  it('[6.1] writes down log-ins that failed, of people and of nobody, alike', async () => {
    const { id } = await host.user();
    for (const login of ['ann', 'nobody']) await host.sessions.login({ login, password: 'wrong horse' }, FROM).catch(() => undefined);
    await host.settled();
    const { items } = await log.list({ event: 'login.failed' });
    expect(items.map(({ userId, ip, facts }) => [userId, ip, facts]).sort()).toEqual(
      [
        [id, FROM.ip, null],
        [null, FROM.ip, null],
      ].sort(),
    );
  });

  it('writes down links that opened nothing', async () => {
    const { id } = await host.user();
    const { token } = await host.resets.issue(id);
    await host.resets.reset(token, SECRETS.second, {}, FROM);
    await expect(host.resets.reset(token, SECRETS.third, {}, FROM)).rejects.toMatchObject({ code: 'USERS_INVALID_TOKEN' });
    await host.settled();
    const { items } = await log.list({ event: 'password.reset-refused' });
    expect(items.map(({ userId, ip }) => [userId, ip])).toEqual([[null, FROM.ip]]);
    expect((await log.list({ event: 'password.reset' })).items).toHaveLength(1);
  });

  it('[6.1] has an entry exactly where something came about: both are in one transaction', async () => {
    const { id } = await host.user();
    const stop = host.events.on(
      UserBanned,
      () => {
        throw new Error('veto');
      },
      { inTransaction: true },
    );
    await expect(host.users.ban(id)).rejects.toThrow('veto');
    expect(await events(id)).toEqual(['user.created']);
    stop();
    await host.dataSource.query('ALTER TABLE auth_audit RENAME TO auth_audit_away');
    await expect(host.users.ban(id)).rejects.toThrow();
    await host.dataSource.query('ALTER TABLE auth_audit_away RENAME TO auth_audit');
    expect([(await host.users.findOrFail(id)).status, await events(id)]).toEqual(['active', ['user.created']]);
  });

  it('[6.1] [B-14] holds no secret and nothing that a person typed, after a busy day', async () => {
    const tokens: string[] = [];
    const { id } = await host.users.create({
      username: 'marked-ann',
      email: 'ann@marked.example.org',
      emailConfirmed: true,
      password: SECRETS.first,
    });
    await host.users.register({ username: 'bob', email: 'bob@marked.example.org', password: SECRETS.first }, FROM);
    for (const login of ['marked-ann', 'marked-typed-by-mistake', SECRETS.wrong])
      await host.sessions.login({ login, password: SECRETS.wrong }, FROM).catch(() => undefined);
    const { token, session } = await host.sessions.login({ login: 'marked-ann', password: SECRETS.first }, FROM);
    tokens.push(token, (await host.sessions.reauthenticate(session.id, SECRETS.first, FROM)).token);
    await host.users.changePassword(id, { oldPassword: SECRETS.first, newPassword: SECRETS.second }, { keepSession: session.id });
    tokens.push((await host.resets.issue(id)).token);
    await host.resets.request('marked-ann', FROM);
    await host.settled();
    await host.resets.reset(host.inbox.last('reset-password', 'ann@marked.example.org').token, SECRETS.third, {}, FROM);
    await host.users.requestEmailChange(id, 'new@marked.example.org');
    await host.users.changeUsername(id, 'marked-anna');
    await host.users.update(id, { displayName: 'marked-ann', data: { key: SECRETS.wrong } });
    await host.users.ban(id, { reason: 'MarkedReason-12ab' });
    await host.settled();
    tokens.push(...host.inbox.notifications.flatMap((one) => ('token' in one ? [one.token] : [])));
    const hashes = (await host.dataSource.query('SELECT hash FROM auth_passwords')) as { hash: string }[];
    const dump = JSON.stringify(await rows());
    for (const there of ['password.reset', 'login.failed', 'user.banned', 'user.updated']) expect(dump).toContain(there);
    expect([tokens.length >= 5, hashes.length]).toEqual([true, 1]);
    const secrets = tokens.map((one) => one.slice(37));
    for (const secret of [...Object.values(SECRETS), ...PRIVATE, ...secrets, ...hashes.map(({ hash }) => hash)])
      expect(dump).not.toContain(secret);
  });

  it("keeps no text of a host's own event either", async () => {
    class NotePublished extends DomainEvent {
      override readonly name = 'note.published';
      readonly text = SECRETS.first;
      readonly nested = { token: SECRETS.first };
      readonly words = 3;
      readonly fields = ['title', 7];
      constructor(
        at: Date,
        override readonly userId: string,
      ) {
        super(at);
      }
    }
    const { id } = await host.user();
    await host.dataSource.transaction((manager) => host.events.record(new NotePublished(host.clock.now(), id), manager));
    expect((await log.list({ event: 'note.published' })).items[0]?.facts).toEqual({ words: 3, fields: ['title'] });
  });

  it('[6.2] gives pages without gaps or doubles while more is written, and an export of all', async () => {
    const { id } = await host.user();
    for (let count = 0; count < 7; count += 1) {
      host.clock.advance('1s');
      await host.users.update(id, { displayName: `Ann ${count}` });
    }
    host.clock.advance('1s');
    const first = await log.list({ userId: id, limit: 3 });
    await host.users.update(id, { displayName: 'Ann' });
    const second = await log.list({ userId: id, limit: 3, after: first.next ?? '' });
    const third = await log.list({ userId: id, limit: 3, after: second.next ?? '' });
    const ids = [first, second, third].flatMap(({ items }) => items.map((item) => item.id));
    expect([new Set(ids).size, third.next]).toEqual([8, null]);
    const exported: string[] = [];
    for await (const { event } of log.export({ userId: id })) exported.push(event);
    expect(exported).toHaveLength(9);
  });

  it.each([
    ['limit', { limit: 0 }],
    ['event', { event: '' }],
    ['event', { event: 'x'.repeat(65) }],
    ['event', { event: 'a\0b' }],
    ['userId', { userId: 7 }],
    ['actorId', { actorId: ['a'] }],
    ['after', { after: 'nonsense' }],
  ])('refuses nonsense as %s', async (name, request) => {
    await expect(log.list(request as object)).rejects.toMatchObject({ code: 'USERS_INVALID_INPUT', fields: { [name]: expect.any(Array) } });
  });

  it('finds nothing for who is nobody', async () => {
    await host.user();
    expect(await log.list({ userId: "x' OR 1=1" })).toEqual({ items: [], next: null });
  });

  it('[6.3] takes a deleted user out of everything, and keeps what happened', async () => {
    const [ann, root] = [await host.user(), await host.user('root', { isAdmin: true })];
    await host.sessions.login({ login: 'ann', password: PASSWORD }, FROM);
    await host.users.delete(ann.id);
    const left = await rows();
    expect(left.map(({ event }) => event).sort()).toEqual([
      'session.opened',
      'sessions.ended',
      'user.created',
      'user.created',
      'user.deleted',
    ]);
    for (const trace of [ann.id, FROM.ip, FROM.userAgent]) expect(JSON.stringify(left)).not.toContain(trace);
    expect(await events(root.id)).toEqual(['user.created']);
  });

  it('[6.3] deletes the entries with the user where that is wanted', async () => {
    const strict = await open({ onDeletion: 'delete' });
    try {
      const { id } = await strict.host.user();
      await strict.host.users.delete(id);
      expect((await strict.log.list()).items.map(({ event, userId }) => [event, userId])).toEqual([['user.deleted', null]]);
    } finally {
      await strict.host.close();
    }
  });

  it('goes with a registration that nobody confirmed', async () => {
    await host.users.register({ username: 'bob', email: 'bob@example.org', password: PASSWORD }, FROM);
    expect(await events()).toEqual(['user.registered']);
    host.clock.advance('2d');
    await sweep();
    expect(await rows()).toEqual([]);
  });

  it('forgets, by the janitor, an actor who is a user no more', async () => {
    const [ann, bob] = [await host.user(), await host.user('bob')];
    await host.dataSource.query(`UPDATE auth_audit SET ${host.dataSource.driver.escape('actorId')} = '${ann.id}'`);
    await host.dataSource.query(`DELETE FROM auth_users WHERE id = '${ann.id}'`);
    await sweep();
    expect((await log.list()).items.map(({ userId, actorId }) => [userId, actorId])).toEqual([[bob.id, null]]);
  });

  it('[6.3] loses what is older than the retention, and nothing else', async () => {
    await host.user();
    host.clock.advance('364d');
    await host.user('bob');
    await sweep();
    expect(await events()).toHaveLength(2);
    host.clock.advance('2d');
    await sweep();
    expect(await events()).toHaveLength(1);
  });

  it('[B-20] holds one entry for each of 16 racers who came through, and for each who did not', async () => {
    const { id } = await host.user();
    const { token } = await host.resets.issue(id);
    const results = await race(16, (index) => host.resets.reset(token, `another fine password ${index}`));
    expect(winners(results)).toHaveLength(1);
    // On a busy machine the database may have refused some, who learnt nothing of their link.
    const refused = losses(results).filter((name) => name === 'InvalidTokenError');
    expect(refused.length).toBeGreaterThan(0);
    await host.settled();
    expect((await log.list({ event: 'password.reset' })).items).toHaveLength(1);
    expect((await log.list({ event: 'password.reset-refused' })).items).toHaveLength(refused.length);
  });

  it.each([
    [{ retention: '1h' }, 'retention'],
    [{ retention: 'soon' }, 'retention'],
    [{ onDeletion: 'keep' }, 'onDeletion'],
  ])('refuses the options %j', (options, name) => expect(() => auditLog(options as object)).toThrow(name));

  it('is there once in a space', async () => {
    await expect(HostApp.start({ extensions: [auditLog(), auditLog()] })).rejects.toThrow('"audit-log" is there twice');
  });
});
