import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  InvalidCredentialsError,
  InvalidInputError,
  InvalidTokenError,
  type RegisterInput,
  RegistrationClosedError,
  TooManyRequestsError,
  UserActivated,
  UsernameTakenError,
  UserRegistered,
  WeakPasswordError,
} from 'nestjs-users';
import { HostApp, type HostOptions, PASSWORD } from '../../support/host-app.js';
import { NO_LIMITS, VISITOR } from '../../support/limits.js';
import { Statements } from '../../support/statements.js';

let host: HostApp;
const start = async (options: HostOptions = {}): Promise<void> => {
  host = await HostApp.start(options);
};
afterEach(() => host.close());

const register = (more: RegisterInput = {}) => host.users.register({ username: 'bob', password: PASSWORD, ...more }, VISITOR);
const tokenFor = async (address: string): Promise<string> => {
  await host.settled();
  return host.inbox.last('confirm-email', address).token;
};
const login = (name: string, password = PASSWORD) => host.sessions.login({ login: name, password });

describe('a registration', () => {
  beforeEach(() => start({ limits: NO_LIMITS }));

  it('[2.3] by user name alone is active at once, and opens no session', async () => {
    const { user, confirmation } = await register();
    expect([user?.status, user?.username, user?.emailConfirmedAt, confirmation]).toEqual(['active', 'bob', null, null]);
    expect((await login('bob')).user.id).toBe(user?.id);
    expect((await host.sessions.list()).items).toHaveLength(1);
  });

  it('[2.3] with an address waits for its confirmation, which opens no session', async () => {
    const { user, confirmation } = await register({ email: 'Bob@Example.org' });
    expect(user).toBeNull();
    expect(confirmation?.expiresAt.getTime()).toBe(host.clock.now().getTime() + 43_200_000);
    await expect(login('bob')).rejects.toThrow(InvalidCredentialsError);
    const confirmed = await host.users.confirmEmail(await tokenFor('Bob@Example.org'), VISITOR);
    expect([confirmed.status, confirmed.email, confirmed.emailConfirmedAt]).toEqual(['active', 'Bob@Example.org', host.clock.now()]);
    expect((await host.sessions.list()).items).toEqual([]);
    for (const name of ['bob', 'bob@example.org']) expect((await login(name)).user.id).toBe(confirmed.id);
  });

  it('[2.3] without a password, by server code only, gets one through a reset', async () => {
    await expect(host.users.register({ username: 'bob' }, VISITOR)).rejects.toThrow(InvalidInputError);
    await host.users.register({ username: 'bob', email: 'bob@example.org' });
    const user = await host.users.confirmEmail(await tokenFor('bob@example.org'));
    expect(await host.users.passwordStatus(user.id)).toBe('set');
    const { token } = await host.resets.issue(user.id);
    await host.resets.reset(token, PASSWORD);
    await login('bob');
  });

  it('[B-38] [B-24] costs and answers the same for a free, a pending and a taken address', async () => {
    await host.user('ann');
    await register({ username: 'first', email: 'pending@example.org' });
    const statements = Statements.of(host.dataSource);
    /** What the budgets cost is another matter: that of the mail is spent behind the answer. */
    const withoutBudgets = (texts: string[]): string[] => texts.filter((text) => !text.includes('auth_attempts'));
    const traces = [];
    for (const [username, email] of [
      ['u1', 'free@example.org'],
      ['u2', 'pending@example.org'],
      ['u3', 'ANN@example.org'],
    ] as const) {
      let answer: object | undefined;
      const hashes = await host.hasher.costOf(async () => {
        traces.push({ texts: withoutBudgets(await statements.before(async () => (answer = await register({ username, email })))) });
      });
      traces.push({ hashes, answer });
      await host.settled();
    }
    const [free, freeAnswer, pending, pendingAnswer, taken, takenAnswer] = traces;
    expect(free).not.toEqual({ texts: [] });
    expect([pending, taken]).toEqual([free, free]);
    expect([pendingAnswer, takenAnswer]).toEqual([freeAnswer, freeAnswer]);
    expect(freeAnswer).toMatchObject({ hashes: 1, answer: { user: null } });
    expect(host.inbox.kinds('free@example.org')).toEqual(['confirm-email']);
    expect(host.inbox.kinds('pending@example.org')).toEqual(['confirm-email', 'confirm-email']);
    expect(host.inbox.kinds('ann@example.org')).toEqual(['already-registered']);
  });

  it('[B-38] of a taken address reserves its user name as a real one does, and changes nothing for the owner', async () => {
    await host.user('ann');
    await register({ username: 'thief', email: 'ann@example.org', password: 'another battery staple' });
    await expect(register({ username: 'THIEF' })).rejects.toThrow(UsernameTakenError);
    expect((await host.users.findOrFail({ email: 'ann@example.org' })).username).toBe('ann');
    await login('ann@example.org');
    await expect(login('ann@example.org', 'another battery staple')).rejects.toThrow(InvalidCredentialsError);
  });

  it('with a taken user name is 409, whatever the address', async () => {
    await host.user('ann');
    for (const email of [undefined, 'free@example.org', 'ann@example.org']) {
      await expect(register({ username: ' ANN ', ...(email && { email }) })).rejects.toThrow(UsernameTakenError);
    }
    await host.settled();
    expect(host.inbox.notifications).toEqual([]);
  });

  it('[B-17] of somebody else’s address is worth nothing once the owner confirms his own', async () => {
    await register({ username: 'thief', email: 'victim@example.org', password: 'the thief’s password' });
    const thiefs = await tokenFor('victim@example.org');
    await register({ username: 'victim', email: 'victim@example.org' });
    const owner = await host.users.confirmEmail(await tokenFor('victim@example.org'));
    expect(owner.username).toBe('victim');
    await expect(host.users.confirmEmail(thiefs)).rejects.toThrow(InvalidTokenError);
    await expect(host.users.activate({ username: 'thief' })).rejects.toMatchObject({ code: 'USERS_EMAIL_TAKEN' });
    await expect(login('victim@example.org', 'the thief’s password')).rejects.toThrow(InvalidCredentialsError);
    await expect(login('thief', 'the thief’s password')).rejects.toThrow(InvalidCredentialsError);
    await login('victim@example.org');
  });

  it('gives a reserved name back when its link has lapsed, to strangers, trusted callers and who changes his name', async () => {
    const { id } = await host.user('ann');
    for (const take of [
      () => register({ username: 'name' }),
      () => host.users.create({ username: 'Name' }),
      () => host.users.changeUsername(id, 'name'),
    ]) {
      await register({ username: 'name', email: 'nobody@example.org' });
      host.clock.advance('11h');
      await expect(take()).rejects.toThrow(UsernameTakenError);
      host.clock.advance('1h');
      await take();
      await host.users.deleteOrFail({ username: 'name' });
    }
  });

  it('[B-101] [B-102] [W12] sets nothing that its sender may not set', async () => {
    const forged = {
      id: '00000000-0000-7000-8000-000000000000',
      isAdmin: true,
      is_admin: true,
      roles: ['admin'],
      role: 'admin',
      permissions: ['all'],
      data: { plan: 'gold' },
      mustChangePassword: true,
      activatedAt: new Date(0),
      emailConfirmedAt: new Date(0),
      emailConfirmed: true,
      disabledAt: new Date(0),
      bannedAt: new Date(0),
      usernameKey: 'root',
      emailKey: 'root@example.org',
      passwordHash: '$test$x',
      status: 'active',
      createdAt: new Date(0),
      updatedAt: new Date(0),
      lastLoginAt: new Date(0),
      toJSON: 1,
      __proto__: { isAdmin: true },
    };
    const { user } = await register(forged as RegisterInput);
    const row = await host.users.findOrFail({ username: 'bob' });
    expect(row).toMatchObject({
      id: user?.id,
      isAdmin: false,
      roles: null,
      permissions: null,
      data: null,
      mustChangePassword: false,
      emailConfirmedAt: null,
      disabledAt: null,
      bannedAt: null,
      lastLoginAt: null,
    });
    expect(row.id).not.toBe(forged.id);
    expect(row.createdAt).toEqual(host.clock.now());
    const pending = await register({ ...forged, username: 'eve', email: 'eve@example.org' } as RegisterInput);
    expect(pending.user).toBeNull();
    expect((await host.users.findOrFail({ username: 'eve' })).status).toBe('pending');
  });

  it.each([
    ['no object', 'bob'],
    ['nothing', undefined],
    ['a list', []],
    ['nobody', { password: PASSWORD }],
    ['an empty name', { username: '', password: PASSWORD }],
    ['a name of white space', { username: ' \t', password: PASSWORD }],
    ['an operator for a name', { username: { $ne: '' }, password: PASSWORD }],
    ['a name of a megabyte', { username: 'x'.repeat(1_048_576), password: PASSWORD }],
    ['NUL in the name', { username: 'a\0b', password: PASSWORD }],
    ['another address for a name', { username: 'ann@example.org', password: PASSWORD }],
    ['an address that is none', { email: 'bob', password: PASSWORD }],
    ['a line break in the address', { email: 'b@c.org\r\nBcc: d@e.org', password: PASSWORD }],
    ['an empty address', { username: 'bob', email: '', password: PASSWORD }],
    ['null for an address', { username: 'bob', email: null, password: PASSWORD }],
    ['no password', { username: 'bob' }],
    ['a number for a password', { username: 'bob', password: 12345678 }],
    ['a password of a megabyte', { username: 'bob', password: 'x'.repeat(1_048_576) }],
    ['NUL in the password', { username: 'bob', password: `${PASSWORD}\0` }],
    ['a lone surrogate in the password', { username: 'bob', password: `${PASSWORD}\ud800` }],
    ['an empty password', { username: 'bob', password: '' }],
    ['a display name of two lines', { username: 'bob', password: PASSWORD, displayName: 'a\nb' }],
    ['a prototype key in the profile', { username: 'bob', password: PASSWORD, profile: JSON.parse('{"a":{"__proto__":1}}') as object }],
    ['a profile beyond 16 KiB', { username: 'bob', password: PASSWORD, profile: 'x'.repeat(16_384) }],
  ])('[B-105] [B-06] refuses %s before any hash, and stores nothing', async (_, body) => {
    const cost = await host.hasher.costOf(() =>
      expect(host.users.register(body as RegisterInput, VISITOR)).rejects.toThrow(InvalidInputError),
    );
    expect([cost, await host.users.count()]).toEqual([0, 0]);
  });

  it('[W22] asks the policy', async () => {
    for (const password of ['1234567', 'password123', 'bob', '           '])
      await expect(register({ password })).rejects.toThrow(WeakPasswordError);
    expect(await host.users.count()).toBe(0);
  });

  it('[W21] finds by the trimmed name and address what was registered with spaces', async () => {
    await register({ username: '  Bob ', email: ' bob@example.org ' });
    await host.users.confirmEmail(await tokenFor('bob@example.org'));
    for (const name of ['bob', ' BOB', 'bob@example.org ', '\tBOB@example.org']) await login(name);
  });

  it('[1.5] tells who listens, once for each step', async () => {
    const seen: string[] = [];
    host.events.on(UserRegistered, (event) => seen.push(`registered ${event.userId}`));
    host.events.on(UserActivated, (event) => seen.push(`activated ${event.userId}`));
    await register({ email: 'bob@example.org' });
    const { id } = await host.users.findOrFail({ username: 'bob' });
    expect(seen).toEqual([`registered ${id}`]);
    const token = await tokenFor('bob@example.org');
    await host.users.confirmEmail(token);
    await host.users.confirmEmail(token);
    expect(seen).toEqual([`registered ${id}`, `activated ${id}`]);
  });
});

describe('the budget of registrations', () => {
  beforeEach(() => start({ limits: { registrations: { limit: 2 } } }));

  it('is spent by good bodies only, before any hash, and not by trusted callers', async () => {
    await expect(register({ password: 'x'.repeat(2_000) })).rejects.toThrow(InvalidInputError);
    await expect(host.users.register({ username: 'bob' }, VISITOR)).rejects.toThrow(InvalidInputError);
    await register({ username: 'u1' });
    await register({ username: 'u2' });
    expect(await host.hasher.costOf(() => expect(register({ username: 'u3' })).rejects.toThrow(TooManyRequestsError))).toBe(0);
    await host.users.register({ username: 'u4', password: PASSWORD });
    await host.users.register({ username: 'u5', password: PASSWORD }, { ip: '198.51.100.8', userAgent: null });
  });
});

describe('the options of registration', () => {
  it('can close it', async () => {
    await start({ registration: { open: false } });
    expect(await host.hasher.costOf(() => expect(register()).rejects.toThrow(RegistrationClosedError))).toBe(0);
    await host.user('ann');
  });

  it('can require an address', async () => {
    await start({ registration: { email: 'required' } });
    await expect(register()).rejects.toMatchObject({ fields: { email: ['USERS_REQUIRED'] } });
    await expect(host.users.create({ username: 'bob' })).rejects.toThrow(InvalidInputError);
  });

  it('can make the address the only name', async () => {
    await start({ registration: { email: 'asUsername' } });
    await expect(register({ email: 'bob@example.org' })).rejects.toMatchObject({ fields: { username: ['USERS_NOT_ALLOWED'] } });
    await host.users.register({ email: 'bob@example.org', password: PASSWORD }, VISITOR);
    await host.users.confirmEmail(await tokenFor('bob@example.org'));
    await login('bob@example.org');
  });

  it('can shape user names', async () => {
    await start({ limits: NO_LIMITS, registration: { username: { min: 3, max: 6, pattern: /^[a-z_]+$/i, reserved: ['Admin', 'root'] } } });
    for (const username of ['ab', 'abcdefg', 'a b c', 'admin', 'ＡＤＭＩＮ', ' ROOT '])
      await expect(register({ username })).rejects.toThrow(InvalidInputError);
    await register({ username: 'a_b' });
    await expect(host.users.create({ username: 'ab' })).rejects.toThrow(InvalidInputError);
    await host.users.create({ username: 'admin' });
  });

  it('allowUnconfirmedLogin lets who waits in by user name, until somebody confirms', async () => {
    await start({ limits: NO_LIMITS, registration: { allowUnconfirmedLogin: true } });
    await host.user('ann');
    await register({ email: 'bob@example.org' });
    await register({ username: 'eve', email: 'ann@example.org' });
    const { token: session, user } = await login('bob');
    expect(user.status).toBe('pending');
    expect((await login('eve')).user.status).toBe('pending');
    await expect(login('bob@example.org')).rejects.toThrow(InvalidCredentialsError);
    const confirmed = await host.users.confirmEmail(await tokenFor('bob@example.org'));
    // [B-17] He may not be who reads the mail.
    expect((await host.sessions.check(session)).status).toBe('not_found');
    expect((await login('bob@example.org')).user.id).toBe(confirmed.id);
  });

  it('allowUnconfirmedLogin does not bring an old password back at the confirmation', async () => {
    await start({ limits: NO_LIMITS, registration: { allowUnconfirmedLogin: true } });
    await register({ email: 'bob@example.org' });
    await host.users.changePassword({ username: 'bob' }, { oldPassword: PASSWORD, newPassword: 'a newer staple' });
    await host.users.confirmEmail(await tokenFor('bob@example.org'));
    await expect(login('bob')).rejects.toThrow(InvalidCredentialsError);
    await login('bob', 'a newer staple');
  });
});

describe('the first user', () => {
  it('[1.4] is an administrator by bootstrap, once in the life of the database', async () => {
    await start();
    const ann = await host.users.bootstrap({ username: 'ann', password: PASSWORD });
    expect([ann.isAdmin, ann.status]).toEqual([true, 'active']);
    await expect(host.users.bootstrap({ username: 'bob', password: PASSWORD })).rejects.toThrow(RegistrationClosedError);
    await host.user('bob', { isAdmin: true });
    await host.users.deleteOrFail(ann.id);
    await host.users.setAdmin({ username: 'bob' }).then(() => host.dataSource.query('DELETE FROM auth_users'));
    await expect(host.users.bootstrap({ username: 'ann', password: PASSWORD })).rejects.toThrow(RegistrationClosedError);
  });

  it('[1.4] is none of ours where users are there already; one who waits counts for nobody', async () => {
    await start();
    await register({ email: 'bob@example.org' });
    await host.users.bootstrap({ username: 'ann' });
    await host.close();
    await start();
    await host.user('ann');
    await expect(host.users.bootstrap({ username: 'bob' })).rejects.toThrow(RegistrationClosedError);
  });

  it('[1.4] is no administrator by default', async () => {
    await start();
    expect((await register()).user?.isAdmin).toBe(false);
  });

  it('[1.4] is one with firstUserIsAdmin: the first who becomes active', async () => {
    await start({ limits: NO_LIMITS, registration: { firstUserIsAdmin: true } });
    await register({ email: 'bob@example.org' });
    await register({ username: 'eve', email: 'eve@example.org' });
    expect((await host.users.confirmEmail(await tokenFor('eve@example.org'))).isAdmin).toBe(true);
    expect((await host.users.confirmEmail(await tokenFor('bob@example.org'))).isAdmin).toBe(false);
    expect((await register({ username: 'cid' })).user?.isAdmin).toBe(false);
  });

  it('[1.4] with firstUserIsAdmin is nobody where trusted code made a user before', async () => {
    await start({ registration: { firstUserIsAdmin: true } });
    await host.user('ann');
    expect((await register()).user?.isAdmin).toBe(false);
  });

  it('keeps what an administrator gave him while he waited', async () => {
    await start({ registration: { firstUserIsAdmin: true } });
    await host.user('ann', { isAdmin: true });
    await register({ email: 'bob@example.org' });
    await host.users.setAdmin({ username: 'bob' });
    expect((await host.users.confirmEmail(await tokenFor('bob@example.org'))).isAdmin).toBe(true);
  });
});
