import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BlackoutChanged, InvalidInputError, SessionsEnded } from 'nestjs-users';
import { Database } from '../../../lib/persistence/database.js';
import { StateStore } from '../../../lib/persistence/state.store.js';
import { HostApp, PASSWORD } from '../../support/host-app.js';
import { NO_LIMITS } from '../../support/limits.js';
import { meeting, race, RACERS } from '../../support/race.js';
import { Statements } from '../../support/statements.js';

let host: HostApp;
beforeEach(async () => {
  host = await HostApp.start({ limits: NO_LIMITS });
  await host.user();
});
afterEach(() => host.close());

const login = () => host.sessions.login({ login: 'ann', password: PASSWORD });
const statusOf = async (token: string) => (await host.sessions.check(token)).status;
const inSeconds = (seconds: number): Date => new Date(host.clock.now().getTime() + seconds * 1_000);

describe('a blackout', () => {
  it('[5.8] [B-72] refuses at the next request every session opened at or before it, and none opened later', async () => {
    const { token } = await login();
    host.clock.advance('1s');
    const second = await login();
    expect(await host.sessions.getBlackout()).toBeNull();
    expect(await host.sessions.endAllBefore(inSeconds(-1))).toEqual(inSeconds(-1));
    expect([await statusOf(token), await statusOf(second.token)]).toEqual(['blackout', 'ok']);
    expect(await host.sessions.endAllBefore(host.clock.now())).toEqual(host.clock.now());
    expect(await statusOf(second.token)).toBe('blackout');
    host.clock.advance('0.001s');
    expect(await statusOf((await login()).token)).toBe('ok');
  });

  it('[5.8] is ten seconds from now unless told otherwise, so that slow clocks of other nodes do not matter', async () => {
    const at = await host.sessions.endAllBefore();
    expect([at, await host.sessions.getBlackout()]).toEqual([inSeconds(10), inSeconds(10)]);
    expect(await statusOf((await login()).token)).toBe('blackout');
    host.clock.advance('10.001s');
    expect(await statusOf((await login()).token)).toBe('ok');
  });

  it('[5.8] costs the same for one session and for three hundred, and nothing at the checks', async () => {
    const [{ token }, statements] = [await login(), Statements.of(host.dataSource)];
    const few = await statements.before(() => host.sessions.endAllBefore(inSeconds(-2)));
    for (let count = 0; count < 300; count += 1) await host.sessions.open({ username: 'ann' });
    const many = await statements.before(() => host.sessions.endAllBefore(inSeconds(-1)));
    expect(many).toEqual(few);
    expect(many.length).toBeLessThanOrEqual(6);
    expect(await statements.before(() => host.sessions.check(token))).toHaveLength(1);
  });

  it('[5.8] is not taken back by an earlier one, in no race either', async () => {
    const { token } = await login();
    await host.sessions.endAllBefore(inSeconds(5));
    expect(await host.sessions.endAllBefore(inSeconds(-60))).toEqual(inSeconds(5));
    expect(await statusOf(token)).toBe('blackout');
    await host.sessions.clearBlackout();
    for (let round = 0; round < 5; round += 1) {
      await race(16, (index) => host.sessions.endAllBefore(inSeconds((index * 7) % 16)));
      expect(await host.sessions.getBlackout()).toEqual(inSeconds(15));
      await host.sessions.clearBlackout();
    }
  });

  it('[5.8] would be taken back by who looks first (the control)', async () => {
    const [state, database] = [host.app.get(StateStore), host.app.get(Database)];
    const allHaveLooked = meeting();
    await race(RACERS, async (index) => {
      const at = inSeconds(15 - index).getTime();
      const standing = (await state.get(database, 'blackout')) as number | null;
      await allHaveLooked();
      // The one who says most writes first.
      await new Promise((resolve) => setTimeout(resolve, index * 20));
      if (standing === null || standing < at) await state.set(database, 'blackout', at);
    });
    expect(await host.sessions.getBlackout()).not.toEqual(inSeconds(15));
  });

  it('[5.8] is lifted: what it shut out is good again, once', async () => {
    const { token } = await login();
    await host.sessions.endAllBefore();
    expect([await host.sessions.clearBlackout(), await host.sessions.clearBlackout()]).toEqual([true, false]);
    expect([await statusOf(token), await host.sessions.getBlackout()]).toEqual(['ok', null]);
  });

  it('[5.8] makes sessions count as over: in lists, for sessions.max, and for the janitor', async () => {
    await login();
    await host.sessions.endAllBefore(host.clock.now());
    host.clock.advance('1s');
    const { session } = await login();
    const ids = async (state: 'live' | 'expired' | 'all') => (await host.sessions.list({ state })).items.map(({ id }) => id);
    expect(await ids('live')).toEqual([session.id]);
    expect([(await ids('expired')).length, (await ids('all')).length]).toEqual([1, 2]);
    expect(await host.sessions.purgeExpired()).toBe(1);
    expect(await ids('all')).toEqual([session.id]);
  });

  it('[5.8] tells, and so closes sockets; lifting it tells too', async () => {
    const seen: unknown[] = [];
    host.events.on(BlackoutChanged, ({ blackoutAt }) => seen.push(blackoutAt));
    host.events.on(SessionsEnded, ({ userId }) => seen.push(userId));
    const at = await host.sessions.endAllBefore();
    await host.sessions.clearBlackout();
    expect(seen).toEqual([at, null, null]);
  });

  it('[5.8] lies at most a day ahead, since until then nobody can sign in', async () => {
    for (const at of [inSeconds(86_401), '2999-01-01T00:00:00Z', 'now', '2026-01-01', {}, [], null, Number.NaN, true, ''])
      await expect(host.sessions.endAllBefore(at as never)).rejects.toThrow(InvalidInputError);
    expect(await host.sessions.getBlackout()).toBeNull();
    await host.sessions.endAllBefore(inSeconds(86_400).toISOString());
  });
});

describe('sessions.max beside a blackout', () => {
  it.each([true, false])('[5.8] leaves room for those who were shut out, sliding or not: %s', async (sliding) => {
    const full = await HostApp.start({ limits: NO_LIMITS, sessions: { max: 1, whenFull: 'refuse', sliding } });
    await full.user();
    await full.sessions.login({ login: 'ann', password: PASSWORD });
    await expect(full.sessions.login({ login: 'ann', password: PASSWORD })).rejects.toMatchObject({ code: 'USERS_TOO_MANY_SESSIONS' });
    await full.sessions.endAllBefore(full.clock.now());
    full.clock.advance('1s');
    await full.sessions.login({ login: 'ann', password: PASSWORD });
    expect((await full.sessions.list({ state: 'live' })).items).toHaveLength(1);
    await full.close();
  });
});

describe('ending all sessions of one user', () => {
  it('[5.7] is felt at the next request, and he may sign in again at once', async () => {
    const tokens = [(await login()).token, (await login()).token];
    await host.user('bob');
    const bob = await host.sessions.login({ login: 'bob', password: PASSWORD });
    const { id } = await host.users.findOrFail({ username: 'ann' });
    expect(await host.sessions.endAll({ userId: id })).toBe(2);
    for (const token of tokens) expect(await statusOf(token)).toBe('not_found');
    expect(await statusOf(bob.token)).toBe('ok');
    expect(await statusOf((await login()).token)).toBe('ok');
  });
});
