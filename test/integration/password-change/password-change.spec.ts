import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  ForbiddenError,
  InvalidInputError,
  InvalidSessionError,
  NotFoundError,
  PasswordChanged,
  TooManyRequestsError,
  WeakPasswordError,
  WrongPasswordError,
} from 'nestjs-users';
import { PersonalDataService } from '../../../lib/accounts/personal-data.service.js';
import { PasswordChangeService } from '../../../lib/password-change/password-change.service.js';
import { Passwords } from '../../../lib/passwords/passwords.service.js';
import { SessionEnding } from '../../../lib/sessions/session-ending.js';
import { HostApp, type HostOptions, PASSWORD } from '../../support/host-app.js';
import { NO_LIMITS, VISITOR } from '../../support/limits.js';
import { LONG, losses, meeting, race, RACERS, ROUNDS, winners } from '../../support/race.js';

const NEXT = 'another good password';
const THIRD = 'a third good password';
const ann = { username: 'ann' };

let host: HostApp;
let userId: string;
const start = async (options: HostOptions = {}): Promise<void> => {
  host = await HostApp.start(options);
  userId = (await host.user('ann')).id;
};
const login = (password = PASSWORD): ReturnType<HostApp['sessions']['login']> => host.sessions.login({ login: 'ann', password });
const statusOf = async ({ token }: { token: string }): Promise<string> => (await host.sessions.check(token)).status;
const isPassword = async (password: string): Promise<boolean> => (await host.users.verifyCredentials('ann', password)) !== null;
afterEach(async () => {
  jest.restoreAllMocks();
  await host.close();
});

describe('the policy', () => {
  it('[3.2] judges a password for a caller, with the names that it must not resemble', async () => {
    await start();
    await host.users.validatePassword(NEXT, { username: 'ann' });
    await expect(host.users.validatePassword('short')).rejects.toThrow(WeakPasswordError);
    await expect(host.users.validatePassword('annabel-smith', { username: 'annabel-smith' })).rejects.toThrow(WeakPasswordError);
    await expect(host.users.validatePassword(7 as never)).rejects.toThrow(InvalidInputError);
  });
});

describe('a change with the old password', () => {
  beforeEach(() => start());

  it('[3.3] sets the new one; the other sessions end, the named one stays [W6]', async () => {
    const [kept, other] = [await login(), await login()];
    await host.users.changePassword(
      ann,
      { oldPassword: PASSWORD, newPassword: NEXT, verifyPassword: NEXT },
      { keepSession: kept.session.id },
    );
    await host.settled();
    expect([await statusOf(kept), await statusOf(other)]).toEqual(['ok', 'not_found']);
    expect([await isPassword(PASSWORD), await isPassword(NEXT)]).toEqual([false, true]);
    expect(host.inbox.kinds('ann@example.org')).toEqual(['password-changed']);
  });

  it('[3.3] ends none where the user wants to keep them, and the mail says so', async () => {
    const [kept, other] = [await login(), await login()];
    const input = { oldPassword: PASSWORD, newPassword: NEXT, endOthers: false };
    await host.users.changePassword(ann, input, { keepSession: kept.session.id });
    await host.settled();
    expect([await statusOf(kept), await statusOf(other)]).toEqual(['ok', 'ok']);
    expect(host.inbox.last('password-changed', 'ann@example.org').othersEnded).toBe(false);
    await expect(host.users.changePassword(ann, { ...input, endOthers: 'no' as never })).rejects.toThrow(InvalidInputError);
  });

  it('[3.3] ends all sessions where none is named', async () => {
    const session = await login();
    await host.users.changePassword(ann, { oldPassword: PASSWORD, newPassword: NEXT });
    expect(await statusOf(session)).toBe('not_found');
  });

  it('[3.3] changes nothing for a wrong old password, and counts it before any hash [W11]', async () => {
    const session = await login();
    const change = (oldPassword: string): Promise<void> =>
      host.users.changePassword(ann, { oldPassword, newPassword: NEXT }, { from: VISITOR });
    for (let tries = 0; tries < 5; tries += 1) await expect(change('wrong horse battery')).rejects.toThrow(WrongPasswordError);
    expect(await host.hasher.costOf(() => expect(change(PASSWORD)).rejects.toThrow(TooManyRequestsError))).toBe(0);
    expect([await isPassword(PASSWORD), await statusOf(session)]).toEqual([true, 'ok']);
  });

  it.each([
    ['a weak new one', { oldPassword: PASSWORD, newPassword: 'short' }, WeakPasswordError],
    ['the same one', { oldPassword: PASSWORD, newPassword: PASSWORD }, WeakPasswordError],
    ['another repetition', { oldPassword: PASSWORD, newPassword: NEXT, verifyPassword: THIRD }, InvalidInputError],
    ['no old one', { newPassword: NEXT }, InvalidInputError],
    ['no new one', { oldPassword: PASSWORD }, InvalidInputError],
    ['an old one of a megabyte', { oldPassword: 'x'.repeat(1_048_576), newPassword: NEXT }, InvalidInputError],
    ['a list for an old one', { oldPassword: [PASSWORD], newPassword: NEXT }, InvalidInputError],
    ['nothing', undefined, InvalidInputError],
  ])('[3.3] refuses %s before any hash [W22]', async (_, input, error) => {
    const cost = await host.hasher.costOf(() => expect(host.users.changePassword(ann, input as never)).rejects.toThrow(error));
    expect(cost).toBe(0);
    expect(await isPassword(PASSWORD)).toBe(true);
  });

  it('[3.3] refuses a session to keep that is no id, and an unknown user', async () => {
    const input = { oldPassword: PASSWORD, newPassword: NEXT };
    await expect(host.users.changePassword(ann, input, { keepSession: 'this one' })).rejects.toThrow(InvalidInputError);
    await expect(host.users.changePassword({ username: 'nobody' }, input)).rejects.toThrow(NotFoundError);
  });

  it('tells who listens', async () => {
    const heard: string[] = [];
    host.events.on(PasswordChanged, (event) => heard.push(event.userId));
    await host.users.changePassword(ann, { oldPassword: PASSWORD, newPassword: NEXT });
    expect(heard).toEqual([userId]);
  });
});

describe('16 changes with the same old password', () => {
  const change = (racer: number): Promise<void> =>
    host.users.changePassword(ann, { oldPassword: PASSWORD, newPassword: `good password of racer ${racer}` });

  it('have one winner', async () => {
    await start({ limits: NO_LIMITS });
    for (let round = 0; round < 8; round += 1) {
      const results = await race(16, change);
      expect(winners(results)).toHaveLength(1);
      expect(new Set(losses(results))).toEqual(new Set([WrongPasswordError.name]));
      expect(await isPassword(`good password of racer ${results.findIndex(({ status }) => status === 'fulfilled')}`)).toBe(true);
      await host.users.setPassword(ann, PASSWORD);
    }
  }, 60_000);

  it('have many without the second look behind the lock (the control)', async () => {
    await start({ limits: NO_LIMITS });
    jest.spyOn(host.app.get(Passwords), 'isCurrent').mockResolvedValue(true);
    expect(winners(await race(16, change)).length).toBeGreaterThan(1);
  });
});

describe('a password of an administrator', () => {
  beforeEach(() => start());

  it('[3.4] takes the place of the old one; every session ends [W6]', async () => {
    const session = await login();
    await host.users.setPassword(ann, NEXT);
    expect(await statusOf(session)).toBe('not_found');
    expect((await login(NEXT)).session.needs).toEqual([]);
  });

  it('[3.4] follows the policy, and needs a user [W22]', async () => {
    await expect(host.users.setPassword(ann, 'short')).rejects.toThrow(WeakPasswordError);
    await expect(host.users.setPassword({ username: 'nobody' }, NEXT)).rejects.toThrow(NotFoundError);
    await expect(host.users.setPassword(undefined as never, NEXT)).rejects.toThrow(InvalidInputError);
    expect(await isPassword(PASSWORD)).toBe(true);
  });

  it('[3.5] may be one that the user must change; until then a session can do only that', async () => {
    await host.users.setPassword(ann, NEXT, { mustChange: true });
    expect(await host.users.passwordStatus(ann)).toBe('mustChange');
    const { session, token } = await login(NEXT);
    expect(session.needs).toEqual(['new-password']);
    await host.app.get(PasswordChangeService).setRequired({ userId, sessionId: session.id }, { newPassword: THIRD });
    expect((await host.sessions.authenticate(token)).session.needs).toEqual([]);
    expect(await host.users.passwordStatus(ann)).toBe('change');
    expect((await login(THIRD)).session.needs).toEqual([]);
  });
});

describe('a required new password', () => {
  let sessionId: string;
  const set = (newPassword: unknown): Promise<void> =>
    host.app.get(PasswordChangeService).setRequired({ userId, sessionId }, { newPassword });
  beforeEach(async () => {
    await start();
    await host.users.setPassword(ann, NEXT, { mustChange: true });
    sessionId = (await login(NEXT)).session.id;
  });

  it('is not the temporary one, in either of its forms, and that is no failure', async () => {
    for (let tries = 0; tries < 7; tries += 1) await expect(set(NEXT)).rejects.toThrow(WeakPasswordError);
    expect((await login(NEXT)).session.needs).toEqual(['new-password']);
    await set(THIRD);
  });

  it('is set once by a session, and by no session that does not lack it', async () => {
    await set(THIRD);
    await expect(set('a fourth good password')).rejects.toThrow(ForbiddenError);
    expect(await isPassword(THIRD)).toBe(true);
  });

  it('does not overrule a reset that came in meanwhile', async () => {
    const hash = host.hasher.hash.bind(host.hasher);
    host.hasher.hash = async (password) => {
      host.hasher.hash = hash;
      await host.resets.reset((await host.resets.issue(ann)).token, THIRD);
      return hash(password);
    };
    await expect(set('a password of the thief')).rejects.toThrow(ForbiddenError);
    expect(await isPassword(THIRD)).toBe(true);
  });

  it('would overrule it without the second look behind the lock (the control)', async () => {
    jest.spyOn(host.app.get(SessionEnding), 'clearNeed').mockResolvedValue(true);
    const hash = host.hasher.hash.bind(host.hasher);
    host.hasher.hash = async (password) => {
      host.hasher.hash = hash;
      await host.resets.reset((await host.resets.issue(ann)).token, THIRD);
      return hash(password);
    };
    await set('a password of the thief');
    expect(await isPassword(THIRD)).toBe(false);
  });

  it("clears nobody else's need", async () => {
    const { id } = await host.user('bob', { mustChangePassword: true });
    const bob = await host.sessions.login({ login: 'bob', password: PASSWORD });
    await host.users.changePassword(ann, { oldPassword: NEXT, newPassword: THIRD }, { keepSession: bob.session.id });
    expect((await host.sessions.authenticate(bob.token)).session.needs).toEqual(['new-password']);
    expect(id).toBe(bob.user.id);
  });
});

describe('a first password', () => {
  it(
    '[3.5] is for who has none, and is set once, sixteen at once',
    async () => {
      await start();
      await host.users.create({ username: 'bare', email: 'bare@example.org', emailConfirmed: true });
      expect(await host.users.passwordStatus({ username: 'bare' })).toBe('set');
      await expect(host.users.setInitialPassword(ann, NEXT)).rejects.toThrow(ForbiddenError);
      await expect(host.users.setInitialPassword({ username: 'bare' }, 'short')).rejects.toThrow(WeakPasswordError);
      await expect(host.users.passwordStatus({ username: 'nobody' })).rejects.toThrow(NotFoundError);
      for (let round = 0; round < ROUNDS; round += 1) {
        const { id } = await host.users.create({ username: `bare${round}` });
        const results = await race(RACERS, (racer) => host.users.setInitialPassword(id, `good password of racer ${racer}`));
        expect(winners(results)).toHaveLength(1);
        expect(new Set(losses(results))).toEqual(new Set([ForbiddenError.name]));
        expect(await host.users.passwordStatus(id)).toBe('change');
      }
    },
    LONG,
  );

  it('[3.5] is set by route, in a session of other means, lately; that session stays', async () => {
    await start({ listen: 'express', routes: true });
    const { id } = await host.users.create({ username: 'bare', email: 'bare@example.org', emailConfirmed: true });
    const [own, other] = [await host.sessions.open(id), await host.sessions.open(id)];
    const set = (newPassword: unknown, token = own.token) => host.client().post('/auth/password/set', { newPassword }, { token });
    expect(await host.app.get(PersonalDataService).credentialFacts(id)).toEqual({ passwordChangedAt: null, emailChange: null });
    host.clock.advance('11m');
    expect((await set(NEXT)).body.code).toBe('USERS_REAUTHENTICATION_REQUIRED');
    const fresh = await host.sessions.open(id);
    expect((await set('short', fresh.token)).body.code).toBe('USERS_WEAK_PASSWORD');
    expect((await set(NEXT, fresh.token)).status).toBe(204);
    expect([await statusOf(fresh), await statusOf(own), await statusOf(other)]).toEqual(['ok', 'not_found', 'not_found']);
    expect((await set(THIRD, fresh.token)).body.code).toBe('USERS_FORBIDDEN');
    expect(await host.app.get(PersonalDataService).credentialFacts(id)).toEqual({ passwordChangedAt: host.clock.now(), emailChange: null });
  });

  it('[3.5] is set by no session that ended while the password was hashed, nor by one that is none of his', async () => {
    await start();
    const { id } = await host.users.create({ username: 'bare' });
    const changes = host.app.get(PasswordChangeService);
    const [stolen, foreign] = [await host.sessions.open(id), await login()];
    const hash = host.hasher.hash.bind(host.hasher);
    host.hasher.hash = async (password) => {
      host.hasher.hash = hash;
      await host.sessions.end(stolen.session.id);
      return hash(password);
    };
    const set = (keepSession: string) => changes.setInitial(id, { newPassword: NEXT }, { keepSession });
    for (const { session } of [stolen, foreign]) await expect(set(session.id)).rejects.toThrow(InvalidSessionError);
    await expect(set('x')).rejects.toMatchObject({ fields: { keepSession: ['USERS_NOT_VALID'] } });
    expect(await host.users.passwordStatus(id)).toBe('set');
    await set((await host.sessions.open(id)).session.id);
    expect(await host.users.passwordStatus(id)).toBe('change');
  });

  it('[3.5] is set many times by who looks first and then sets it (the control)', async () => {
    await start();
    const { id } = await host.users.create({ username: 'bare' });
    const allHaveLooked = meeting();
    const results = await race(RACERS, async (racer) => {
      const status = await host.users.passwordStatus(id);
      await allHaveLooked();
      if (status !== 'set') throw new ForbiddenError();
      await host.users.setPassword(id, `good password of racer ${racer}`);
    });
    expect(winners(results).length).toBeGreaterThan(1);
  });
});
