import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BaseUser, type Duration, InvalidInputError, InvalidSessionError } from 'nestjs-users';
import { Equal } from 'typeorm';
import { SpaceEntities } from '../../../lib/persistence/space-entities.js';
import { SessionRow } from '../../../lib/sessions/session.entity.js';
import { HostApp, type HostOptions, PASSWORD } from '../../support/host-app.js';
import { Statements } from '../../support/statements.js';

let host: HostApp;
let token: string;
let sessionId: string;
const start = async (options: HostOptions = {}): Promise<void> => {
  host = await HostApp.start(options);
  await host.user('ann');
  const opened = await host.sessions.login({ login: 'ann', password: PASSWORD });
  [token, sessionId] = [opened.token, opened.session.id];
};
const statusAfter = async (length: Duration): Promise<string> => {
  host.clock.advance(length);
  return (await host.sessions.check(token)).status;
};
afterEach(() => host.close());

describe('a token', () => {
  beforeEach(() => start());

  it('[4.5] says whose session it is, and what he may do', async () => {
    const { user, session, roles, permissions } = await host.sessions.authenticate(token);
    expect([user.username, session.id, roles, permissions]).toEqual(['ann', sessionId, [], []]);
    await host.users.setAdmin({ username: 'ann' });
    expect((await host.sessions.authenticate(token)).roles).toEqual(['admin']);
  });

  it('[4.5] throws with a reason that stays in the process', async () => {
    await host.sessions.end(sessionId);
    const error: unknown = await host.sessions.authenticate(token).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InvalidSessionError);
    expect(error).toMatchObject({ reason: 'not_found' });
    expect(JSON.stringify((error as InvalidSessionError).getResponse())).not.toContain('not_found');
  });

  it('[4.7] names its user by the same rules, and that is no use of it [W15]', async () => {
    host.clock.advance('9d');
    expect((await host.sessions.findUser(token))?.username).toBe('ann');
    host.clock.advance('1d');
    expect(await host.sessions.findUser(token)).toBeNull();
  });

  it.each(['deactivate', 'delete'] as const)('[4.5] opens nothing once its owner is gone: %s [W6] [B-72] [B-74]', async (act) => {
    await host.users[act]({ username: 'ann' });
    expect((await host.sessions.check(token)).status).toBe('not_found');
    expect(await host.sessions.findUser(token)).toBeNull();
    if (act === 'delete') await host.user('ann');
    else await host.users.activate({ username: 'ann' });
    expect((await host.sessions.check(token)).status).toBe('not_found');
  });

  it('[4.6] opens nothing where the row says that the owner is out, whoever wrote it', async () => {
    const rows = host.dataSource.getRepository(host.app.get(SpaceEntities).of(BaseUser));
    await rows.createQueryBuilder().update().set({ disabledAt: host.clock.now() }).execute();
    expect((await host.sessions.check(token)).status).toBe('inactive');
    expect(await host.sessions.findUser(token)).toBeNull();
  });

  it('of another kind or with one character changed opens nothing, and signs nobody out [W16] [W20]', async () => {
    const reset = await host.resets.issue({ username: 'ann' });
    const last = token.at(-1) === 'A' ? 'B' : 'A';
    for (const wrong of [
      reset.token,
      token.slice(0, -1) + last,
      `${token.slice(0, 37)}${'A'.repeat(40)}${token.slice(-3)}`,
      token.toUpperCase(),
    ]) {
      expect((await host.sessions.check(wrong)).status).toBe('not_found');
      expect(await host.sessions.endByToken(wrong)).toBe(false);
    }
    await expect(host.resets.reset(token, 'another good password')).rejects.toThrow();
    expect((await host.sessions.check(token)).status).toBe('ok');
  });

  it.each(['', ' ', 'a', 'x'.repeat(10_000), 'é', '\0', null, undefined, 7, {}, [], { $gt: '' }])(
    'that is not well-formed costs no statement [B-85]: %p',
    async (value) => {
      const statements = Statements.of(host.dataSource);
      expect((await host.sessions.check(value as string)).status).toBe('not_found');
      expect(await host.sessions.findUser(value as string)).toBeNull();
      expect(await host.sessions.endByToken(value as string)).toBe(false);
      expect(statements.texts).toEqual([]);
    },
  );

  it('with spaces, a line break or NUL around it costs no statement [B-85]', async () => {
    const statements = Statements.of(host.dataSource);
    for (const wrong of [` ${token}`, `${token} `, `${token}\n`, `${token}\0`, `${token}=`])
      expect((await host.sessions.check(wrong)).status).toBe('not_found');
    expect(statements.texts).toEqual([]);
  });

  it('costs one statement, and none for the use', async () => {
    const statements = Statements.of(host.dataSource);
    for (let uses = 0; uses < 10; uses += 1) await host.sessions.authenticate(token);
    expect(statements.texts).toHaveLength(10);
    expect(new Set(statements.texts).size).toBe(1);
  });

  it('that nobody issued writes nothing [B-64]', async () => {
    const statements = Statements.of(host.dataSource);
    await host.sessions.check(`019a4780-0000-7000-8000-000000000000.${'A'.repeat(43)}`);
    expect(statements.texts.filter((text) => !text.startsWith('SELECT'))).toEqual([]);
  });

  it('shows neither itself nor its hash in what is told of the session [W1] [B-84]', async () => {
    const rows = host.dataSource.getRepository(host.app.get(SpaceEntities).of(SessionRow));
    const { secretHash } = await rows.findOneByOrFail({ id: Equal(sessionId) });
    const told = JSON.stringify([await host.sessions.authenticate(token), (await host.sessions.list()).items]);
    expect(told).not.toContain(token.slice(37));
    expect(told).not.toContain(secretHash);
  });
});

describe('a session', () => {
  it('[4.6] lives for its idle time-out to the millisecond, and use prolongs it [B-77]', async () => {
    await start({ sessions: { idleTimeout: '15m', absoluteTimeout: '30d' } });
    for (let uses = 0; uses < 5; uses += 1) expect(await statusAfter('14.983333m')).toBe('ok');
    expect(await statusAfter('15m')).toBe('expired');
  });

  it('[4.6] stays expired, also after another look, until it is purged; a look prolongs nothing [B-78] [W15]', async () => {
    await start({ sessions: { idleTimeout: '15m' } });
    expect(await statusAfter('15m')).toBe('expired');
    expect(await statusAfter('0s')).toBe('expired');
    await expect(host.sessions.authenticate(token)).rejects.toThrow(InvalidSessionError);
    await host.sessions.purgeExpired();
    expect(await statusAfter('0s')).toBe('not_found');
  });

  it('ends at its absolute time-out, however busy [B-76]', async () => {
    await start({ sessions: { idleTimeout: '1h', absoluteTimeout: '1d' } });
    for (let halves = 1; halves < 48; halves += 1) expect(await statusAfter('30m')).toBe('ok');
    expect(await statusAfter('29.99m')).toBe('ok');
    expect(await statusAfter('0.01m')).toBe('expired');
  });

  it('counts from the log-in without sliding', async () => {
    await start({ sessions: { idleTimeout: '1h', sliding: false } });
    expect(await statusAfter('59m')).toBe('ok');
    expect(await statusAfter('1m')).toBe('expired');
  });

  it('[4.11] takes another idle time-out at run time, at once', async () => {
    await start();
    host.sessions.setIdleTimeout('1h');
    expect(await statusAfter('59m')).toBe('ok');
    expect(await statusAfter('60m')).toBe('expired');
    host.sessions.setIdleTimeout('2h');
    expect(await statusAfter('0s')).toBe('ok');
    for (const wrong of ['0s', '', 3600, null, '-1h'])
      expect(() => host.sessions.setIdleTimeout(wrong as never)).toThrow(InvalidInputError);
  });

  it('[4.3] keeps data that every check gives back, and writing it moves no end [W20]', async () => {
    await start();
    const opened = await host.sessions.login({ login: 'ann', password: PASSWORD, data: { cart: [1, 2] } });
    expect((await host.sessions.authenticate(opened.token, { touch: false })).session.data).toEqual({ cart: [1, 2] });
    host.clock.advance('1d');
    for (let again = 0; again < 2; again += 1) expect(await host.sessions.setData(opened.session.id, { cart: [] })).toBe(true);
    const { session } = await host.sessions.authenticate(opened.token, { touch: false });
    expect(session).toMatchObject({ data: { cart: [] }, expiresAt: opened.session.expiresAt });
    expect(await host.sessions.setData('nobody', {})).toBe(false);
    await expect(host.sessions.setData(opened.session.id, 'x'.repeat(20_000))).rejects.toThrow(InvalidInputError);
  });

  it('that was ended stays ended when the clock is set back [B-141]', async () => {
    await start();
    await host.sessions.end(sessionId);
    host.clock.turnBack('1h');
    expect(await statusAfter('0s')).toBe('not_found');
  });

  it('lives on when the clock is set back an hour, and no longer than it would have [B-141]', async () => {
    await start({ sessions: { idleTimeout: '1d', absoluteTimeout: '2d' } });
    expect(await statusAfter('2h')).toBe('ok');
    host.clock.turnBack('1h');
    const { session } = await host.sessions.authenticate(token);
    expect(session.expiresAt).toEqual(new Date(host.clock.now().getTime() + 25 * 3_600_000));
    host.clock.advance('25h');
    expect(await statusAfter('0s')).toBe('expired');
  });
});
