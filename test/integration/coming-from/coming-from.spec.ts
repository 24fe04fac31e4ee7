import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AttemptsService, defineUsers, UsernameChanged, UsersModule, usersOptionsFromEnv } from 'nestjs-users';
import { HostApp, PASSWORD } from '../../support/host-app.js';
import { VISITOR } from '../../support/limits.js';

/** Each line of docs/coming-from.md: the group is the system, the words before the colon are the operation. */
const NEW_PASSWORD = 'staple battery horse';
const UNCONFIRMED = { emailConfirmed: false };
const NOBODY = '0190a6e0-0000-7000-8000-000000000000';

let host: HostApp;
const start =
  (options: Parameters<typeof HostApp.start>[0] = {}) =>
  async () => {
    host = await HostApp.start(options);
  };
const stop = () => host.close();
const is = async (token: string) => (await host.sessions.check(token)).status;
const names = ({ items }: { items: readonly { username: string | null }[] }) => items.map(({ username }) => username);
const mailed = (kind: 'confirm-email' | 'reset-password', name: string) => host.inbox.last(kind, `${name}@example.org`).token;

describe('platypush', () => {
  beforeAll(start());
  afterAll(stop);

  it('create_user: the first is made once, further ones by trusted code', async () => {
    expect(await host.users.bootstrap({ username: 'root', password: PASSWORD })).toMatchObject({ username: 'root', isAdmin: true });
    await expect(host.users.bootstrap({ username: 'second' })).rejects.toMatchObject({ code: 'USERS_REGISTRATION_CLOSED' });
    const created = await host.users.create({ username: 'ann', password: PASSWORD });
    expect(created).toMatchObject({ username: 'ann', isAdmin: false, createdAt: host.clock.now() });
    await expect(host.users.create({ username: 'Ann' })).rejects.toMatchObject({ code: 'USERS_USERNAME_TAKEN' });
    await expect(host.users.create({ username: 'x', password: '' })).rejects.toMatchObject({ code: 'USERS_WEAK_PASSWORD' });
  });

  it('authenticate_user: gives the user or null, and opens no session', async () => {
    const { id } = await host.user('authenticated');
    expect(await host.users.verifyCredentials('authenticated', PASSWORD)).toMatchObject({ id });
    expect(await host.users.verifyCredentials('authenticated', NEW_PASSWORD)).toBeNull();
    expect(await host.users.verifyCredentials('unknown', PASSWORD)).toBeNull();
    expect((await host.sessions.list({ userId: id })).items).toEqual([]);
  });

  it('update_password: takes the old one, asks the policy about the new one and ends the other sessions', async () => {
    const ref = { username: (await host.user('updating')).username! };
    const { token } = await host.sessions.open(ref);
    const change = (oldPassword: string, newPassword: string) => host.users.changePassword(ref, { oldPassword, newPassword });
    await expect(change(NEW_PASSWORD, 'another good one')).rejects.toMatchObject({ code: 'USERS_WRONG_PASSWORD' });
    await expect(change(PASSWORD, '')).rejects.toMatchObject({ code: 'USERS_WEAK_PASSWORD' });
    await change(PASSWORD, NEW_PASSWORD);
    expect(await host.users.verifyCredentials('updating', NEW_PASSWORD)).not.toBeNull();
    expect(await is(token)).toBe('not_found');
  });

  it('delete_user: takes everything of his along, and leaves the last administrator', async () => {
    await host.user('leaving');
    const { token } = await host.sessions.open({ username: 'leaving' });
    expect(await host.users.delete({ username: 'leaving' })).toBe(true);
    expect(await host.users.delete({ username: 'leaving' })).toBe(false);
    expect(await is(token)).toBe('not_found');
    await expect(host.users.delete({ username: 'root' })).rejects.toMatchObject({ code: 'USERS_LAST_ADMIN' });
  });

  it('create_session: until an instant of the caller’s, as number, text or date, or for a usual time', async () => {
    const { username } = await host.user('visiting');
    const at = new Date(host.clock.now().getTime() + 3_600_000);
    for (const expiresAt of [at.getTime(), at.toISOString(), at]) {
      const { session, user, token } = await host.sessions.login({ username: username!, password: PASSWORD, expiresAt });
      expect(session).toMatchObject({ userId: user.id, createdAt: host.clock.now(), expiresAt: at });
      expect(token).toMatch(/^[0-9a-f-]{36}\.[\w-]{43}$/);
    }
    expect((await host.sessions.login({ username: username!, password: PASSWORD })).session.expiresAt).not.toBeNull();
    await expect(host.sessions.login({ username: username!, password: NEW_PASSWORD })).rejects.toMatchObject({
      code: 'USERS_INVALID_CREDENTIALS',
    });
  });

  it('authenticate_session: says whose it is, and throws for every other token', async () => {
    const { id } = await host.user('authenticating');
    const { token } = await host.sessions.open(id);
    expect((await host.sessions.authenticate(token)).user).toMatchObject({ id, username: 'authenticating' });
    for (const bad of ['', token.slice(0, -1), `${NOBODY}.${token.slice(37)}`])
      await expect(host.sessions.authenticate(bad)).rejects.toMatchObject({ code: 'USERS_UNAUTHENTICATED' });
  });

  it('delete_session: ends one, once', async () => {
    const { id } = await host.user('ending');
    const [one, other] = [await host.sessions.open(id), await host.sessions.open(id)];
    expect([await host.sessions.endByToken(one.token), await host.sessions.endByToken(one.token)]).toEqual([true, false]);
    expect([await is(one.token), await is(other.token)]).toEqual(['not_found', 'ok']);
  });

  it('get_users: lists all, by name, in pages or as a stream', async () => {
    const { items, next } = await host.users.list({ limit: 2 });
    expect(names(await host.users.list({ limit: 200 }))).toEqual(expect.arrayContaining(['ann', 'root']));
    expect([items.length, typeof next]).toEqual([2, 'string']);
    const streamed: unknown[] = [];
    for await (const { username } of host.users.stream()) streamed.push(username);
    expect(streamed).toEqual(names(await host.users.list({ limit: 200 })));
  });

  it('get_user_by_session: gives the user of a good token alone', async () => {
    const { id } = await host.user('found');
    const { token } = await host.sessions.open(id, { expiresAt: new Date(host.clock.now().getTime() + 60_000) });
    expect(await host.sessions.findUser(token)).toMatchObject({ id });
    host.clock.advance('1m');
    expect(await host.sessions.findUser(token)).toBeNull();
    expect(await host.sessions.findUser('no token')).toBeNull();
  });
});

describe('flowserv', () => {
  beforeAll(start({ sessions: { idleTimeout: '1d' }, passwordReset: { tokenLifetime: '2h' } }));
  afterAll(stop);

  it('UserManager: the lives of sessions and of resets are options', async () => {
    await host.user('timed');
    const { session } = await host.sessions.open({ username: 'timed' });
    expect(session.expiresAt!.getTime() - host.clock.now().getTime()).toBe(86_400_000);
    const { expiresAt } = await host.resets.issue({ username: 'timed' });
    expect(expiresAt.getTime() - host.clock.now().getTime()).toBe(7_200_000);
  });

  it('register_user: active by name alone, pending with an address', async () => {
    const { user } = await host.users.register({ username: ' bob ', password: ` ${PASSWORD} ` });
    expect(user).toMatchObject({ username: 'bob', status: 'active' });
    expect(await host.users.verifyCredentials('bob', ` ${PASSWORD} `)).not.toBeNull();
    expect(await host.users.verifyCredentials('bob', PASSWORD)).toBeNull();
    for (const username of ['bob', 'BOB', ' bob '])
      await expect(host.users.register({ username, password: PASSWORD })).rejects.toMatchObject({ code: 'USERS_USERNAME_TAKEN' });
    await host.users.register({ username: 'pending', email: 'pending@example.org', password: PASSWORD }, VISITOR);
    expect((await host.users.findOrFail({ username: 'pending' })).status).toBe('pending');
    await expect(host.sessions.login({ login: 'pending', password: PASSWORD })).rejects.toMatchObject({
      code: 'USERS_INVALID_CREDENTIALS',
    });
  });

  it('activate_user: by trusted code, twice without harm, or by who reads the mail', async () => {
    await host.users.register({ username: 'active', email: 'active@example.org', password: PASSWORD }, VISITOR);
    await host.users.register({ username: 'reader', email: 'reader@example.org', password: PASSWORD }, VISITOR);
    await host.settled();
    for (let time = 0; time < 2; time += 1) expect((await host.users.activate({ username: 'active' })).status).toBe('active');
    expect((await host.users.confirmEmail(mailed('confirm-email', 'reader'))).status).toBe('active');
    await expect(host.users.activate(NOBODY)).rejects.toMatchObject({ code: 'USERS_NOT_FOUND' });
  });

  it('get_user: with regard to being active, or without', async () => {
    const { id } = await host.user('known');
    await host.users.deactivate(id);
    expect(await host.users.findOrFail(id)).toMatchObject({ status: 'disabled' });
    expect(await host.users.findOrFail(id, { active: false })).toMatchObject({ id });
    await expect(host.users.findOrFail(id, { active: true })).rejects.toMatchObject({ code: 'USERS_NOT_FOUND' });
  });

  it('list_users: those who are active, by the beginning of their names', async () => {
    for (const name of ['o_1', 'o_2', 'ox3']) await host.user(name);
    await host.users.deactivate({ username: 'o_2' });
    expect(names(await host.users.list({ prefix: 'o_', status: 'active' }))).toEqual(['o_1']);
    expect(names(await host.users.list({ prefix: '%', status: 'active' }))).toEqual([]);
  });

  it('login_user: one answer for whatever did not match; earlier sessions stay', async () => {
    await host.user('entering');
    const log = (username: string, password: string) => host.sessions.login({ username, password });
    const [first, second] = [await log('entering', PASSWORD), await log('entering', PASSWORD)];
    expect([await is(first.token), await is(second.token)]).toEqual(['ok', 'ok']);
    await host.user('shut').then(({ id }) => host.users.deactivate(id));
    for (const [name, password] of [
      ['entering', NEW_PASSWORD],
      ['unknown', PASSWORD],
      ['shut', PASSWORD],
    ] as const)
      await expect(log(name, password)).rejects.toMatchObject({ code: 'USERS_INVALID_CREDENTIALS' });
  });

  it('logout_user: one session, or every one of his', async () => {
    const { id } = await host.user('tired');
    const opened = [await host.sessions.open(id), await host.sessions.open(id), await host.sessions.open(id)];
    expect(await host.sessions.endByToken(opened[0]!.token)).toBe(true);
    expect(await host.sessions.endByToken('unknown')).toBe(false);
    expect(await host.sessions.endAll({ userId: id })).toBe(2);
    expect(await is(opened[2]!.token)).toBe('not_found');
  });

  it('request_password_reset: resolves for everybody, mails whom it knows, hands a token to trusted code alone', async () => {
    await host.user('forgetful');
    expect(await host.resets.request('forgetful')).toBeUndefined();
    expect(await host.resets.request('unknown')).toBeUndefined();
    await host.settled();
    const early = mailed('reset-password', 'forgetful');
    const { token } = await host.resets.issue({ username: 'forgetful' });
    expect(await host.resets.resolve(early)).toBeNull();
    expect(await host.resets.resolve(token)).not.toBeNull();
    expect(await host.users.verifyCredentials('forgetful', PASSWORD)).not.toBeNull();
  });

  it('reset_password: once, by a good token; ends every session; a weak password uses nothing up', async () => {
    const { id } = await host.user('resetting');
    const session = await host.sessions.open(id);
    const { token } = await host.resets.issue(id);
    await expect(host.resets.reset(token, '')).rejects.toMatchObject({ code: 'USERS_WEAK_PASSWORD' });
    expect(await host.resets.reset(token, NEW_PASSWORD)).toMatchObject({ id });
    await expect(host.resets.reset(token, NEW_PASSWORD)).rejects.toMatchObject({ code: 'USERS_INVALID_TOKEN' });
    expect(await is(session.token)).toBe('not_found');
    const late = await host.resets.issue(id);
    await host.users.deactivate(id);
    await expect(host.resets.reset(late.token, PASSWORD)).rejects.toMatchObject({ code: 'USERS_INVALID_TOKEN' });
  });

  it('validate_password: refuses what nobody may choose', async () => {
    for (const bad of ['', '          ', 'short', 'password123'])
      await expect(host.users.validatePassword(bad)).rejects.toMatchObject({ code: 'USERS_WEAK_PASSWORD' });
    await expect(host.users.validatePassword(NEW_PASSWORD)).resolves.toBeUndefined();
  });
});

describe('pgusers', () => {
  const staff = defineUsers({ name: 'staff', tablePrefix: 'staff_' });
  beforeAll(start({ modules: [UsersModule.forRoot({ space: staff, migrate: true }) as never], sessions: { absoluteTimeout: '30d' } }));
  afterAll(stop);

  it('UserSpace: each has its own tables and its own users; options come from the environment', async () => {
    const employees = host.app.get<HostApp['users']>(staff.UsersService, { strict: false });
    await employees.create({ username: 'only-there' });
    expect(await host.users.find({ username: 'only-there' })).toBeNull();
    expect(await employees.count()).toBe(1);
    process.env['COMING_SESSIONS_IDLE_TIMEOUT'] = '5d';
    expect(usersOptionsFromEnv('COMING_')).toMatchObject({ sessions: { idleTimeout: '5d' } });
    delete process.env['COMING_SESSIONS_IDLE_TIMEOUT'];
  });

  it('create_user: with address, flag and extra data; refuses the same name and the same address', async () => {
    const email = 'made@example.org';
    const made = await host.users.create({ username: 'made', password: PASSWORD, email, isAdmin: true, data: { plan: [1, 'gold'] } });
    expect(await host.users.findOrFail(made.id)).toMatchObject({ email, isAdmin: true, data: { plan: [1, 'gold'] } });
    await expect(host.users.create({ username: 'MADE' })).rejects.toMatchObject({ code: 'USERS_USERNAME_TAKEN' });
    await expect(host.users.create({ username: 'other', email })).rejects.toMatchObject({ code: 'USERS_EMAIL_TAKEN' });
  });

  it('validate_user: a session with data, that says whether he administrates', async () => {
    const { id } = await host.user('valid');
    const { token, user } = await host.sessions.login({ username: 'valid', password: PASSWORD, data: { cart: 3 } });
    expect([user.id, user.isAdmin, await host.sessions.check(token)]).toMatchObject([id, false, { session: { data: { cart: 3 } } }]);
    for (const [username, password] of [
      ['valid', NEW_PASSWORD],
      ['unknown', PASSWORD],
    ] as const)
      await expect(host.sessions.login({ username, password })).rejects.toMatchObject({ code: 'USERS_INVALID_CREDENTIALS' });
  });

  it('delete_user: by name or id, sessions included', async () => {
    const { id } = await host.user('gone');
    const { token } = await host.sessions.open(id);
    expect([await host.users.delete(id), await host.users.delete(id), await host.users.delete({ username: 'gone' })]).toEqual([
      true,
      false,
      false,
    ]);
    expect(await is(token)).toBe('not_found');
    expect((await host.sessions.list({ userId: id })).items).toEqual([]);
  });

  it('change_password: by the old one, or unconditionally', async () => {
    const { id } = await host.user('changing');
    await host.users.changePassword(id, { oldPassword: PASSWORD, newPassword: NEW_PASSWORD });
    expect(await host.users.verifyCredentials('changing', NEW_PASSWORD)).not.toBeNull();
    await expect(host.users.changePassword(id, { oldPassword: PASSWORD, newPassword: 'a third good one' })).rejects.toMatchObject({
      code: 'USERS_WRONG_PASSWORD',
    });
    const { token } = await host.sessions.open(id);
    await host.users.setPassword(id, PASSWORD);
    expect([await is(token), await host.users.verifyCredentials('changing', PASSWORD)]).toMatchObject(['not_found', { id }]);
    await expect(host.users.setPassword(NOBODY, PASSWORD)).rejects.toMatchObject({ code: 'USERS_NOT_FOUND' });
  });

  it('check_key: slides at each use, up to the absolute end; what is over stays over', async () => {
    const { id } = await host.user('sliding');
    const { token } = await host.sessions.open(id, { data: { a: 1 } });
    for (let use = 0; use < 3; use += 1) {
      host.clock.advance('9d');
      expect(await host.sessions.check(token)).toMatchObject({
        status: 'ok',
        user: { id, username: 'sliding' },
        session: { data: { a: 1 } },
      });
    }
    host.clock.advance('3d');
    expect([await is(token), await is(token), await is(`${NOBODY}.${token.slice(37)}`)]).toEqual(['expired', 'expired', 'not_found']);
  });

  it('set_session_TTL: at run time, for open sessions too', async () => {
    const { token } = await host.sessions.open((await host.user('short')).id);
    host.sessions.setIdleTimeout('50s');
    host.clock.advance('49s');
    expect(await is(token)).toBe('ok');
    host.clock.advance('50s');
    expect(await is(token)).toBe('expired');
    host.sessions.setIdleTimeout('10d');
  });

  it('find_user: by name, by address, by id', async () => {
    const { id } = await host.user('sought');
    for (const ref of [{ username: 'sought' }, { email: 'sought@example.org' }, id])
      expect(await host.users.find(ref)).toMatchObject({ id });
    expect(await host.users.find({ username: 'unknown' })).toBeNull();
    await expect(host.users.find({} as never)).rejects.toMatchObject({ code: 'USERS_INVALID_INPUT' });
  });

  it('modify_user: leaves what is not given, clears what is null, and takes no name twice', async () => {
    const { id } = await host.user('modified', { data: { a: 1 } });
    expect(await host.users.update(id, { email: 'new@example.org' })).toMatchObject({ email: 'new@example.org', data: { a: 1 } });
    expect(await host.users.update(id, { data: null })).toMatchObject({ email: 'new@example.org', data: null });
    expect(await host.users.update(NOBODY, {})).toBeNull();
    await host.user('owner');
    await expect(host.users.changeUsername(id, 'Owner')).rejects.toMatchObject({ code: 'USERS_USERNAME_TAKEN' });
    expect(await host.users.changeUsername(id, 'renamed')).toMatchObject({ id, username: 'renamed' });
  });

  it('is_admin: yes, no, or an error for nobody', async () => {
    const { id } = await host.user('plain');
    expect([await host.users.isAdmin(id), await host.users.isAdmin({ username: 'made' })]).toEqual([false, true]);
    await expect(host.users.isAdmin(NOBODY)).rejects.toMatchObject({ code: 'USERS_NOT_FOUND' });
  });

  it('set_admin: is seen by live sessions at their next use', async () => {
    const { id } = await host.user('raised');
    const { token } = await host.sessions.open(id);
    await host.users.setAdmin(id);
    expect((await host.sessions.authenticate(token)).roles).toContain('admin');
    await host.users.setAdmin(id, false);
    expect((await host.sessions.authenticate(token)).roles).not.toContain('admin');
    await expect(host.users.setAdmin(NOBODY)).rejects.toMatchObject({ code: 'USERS_NOT_FOUND' });
    await expect(host.users.setAdmin({ username: 'made' }, false)).rejects.toMatchObject({ code: 'USERS_LAST_ADMIN' });
  });

  it('all_users: by name, without loading them all', async () => {
    const found: (string | null)[] = [];
    for await (const { username } of host.users.stream()) found.push(username);
    expect(found).toHaveLength(await host.users.count());
    expect(found).toEqual([...found].sort());
  });

  it('list_sessions: live, expired or all; of one or of everybody; never a token', async () => {
    const { id } = await host.user('watched');
    const until = (time: number) => ({ expiresAt: host.clock.now().getTime() + time });
    const over = await host.sessions.open(id, until(1_000));
    host.clock.advance('1s');
    const live = await host.sessions.open(id);
    const list = async (state: 'live' | 'expired' | 'all') =>
      (await host.sessions.list({ userId: id, state })).items.map((each) => each.id);
    expect([await list('live'), await list('expired'), await list('all')]).toEqual([
      [live.session.id],
      [over.session.id],
      [live.session.id, over.session.id],
    ]);
    expect(JSON.stringify(await host.sessions.list({ state: 'all', limit: 200 }))).not.toContain(live.token.slice(37));
  });

  it('kill_sessions: the same selections; all only by its name', async () => {
    const { id } = await host.user('killed');
    await host.sessions.open(id, { expiresAt: host.clock.now().getTime() + 1_000 });
    host.clock.advance('1s');
    const { token } = await host.sessions.open(id);
    expect(await host.sessions.endAll({ userId: id, state: 'expired' })).toBe(1);
    expect(await is(token)).toBe('ok');
    await expect(host.sessions.endAll({} as never)).rejects.toMatchObject({ code: 'USERS_INVALID_INPUT' });
    expect(await host.sessions.endAll({ everyone: true })).toBeGreaterThan(0);
    expect([await is(token), (await host.sessions.list()).items]).toEqual(['not_found', []]);
  });
});

describe('AuthX', () => {
  beforeAll(start({ sessions: { absoluteTimeout: '10d', idleTimeout: '6h' } }));
  afterAll(stop);

  it('UsersRepo: sessions end for good, and subscribers are told', async () => {
    const told: unknown[] = [];
    host.events.on(UsernameChanged, ({ userId, to }) => void told.push([userId, to]));
    const { id } = await host.user('told');
    const { session } = await host.sessions.open(id);
    expect(session.expiresAt!.getTime() - host.clock.now().getTime()).toBe(21_600_000);
    await host.users.changeUsername(id, 'told-so');
    await host.settled();
    expect(told).toEqual([[id, 'told-so']]);
  });

  it('get: by id, without a hash', async () => {
    const { id } = await host.user('got');
    const found = await host.users.find(id);
    expect(found).toMatchObject({ id, username: 'got' });
    expect(JSON.stringify(found)).not.toMatch(/hash|"password"/i);
    expect(await host.users.find(NOBODY)).toBeNull();
  });

  it('get_by_email: whatever the case', async () => {
    const { id } = await host.user('post');
    expect(await host.users.find({ email: 'Post@Example.org' })).toMatchObject({ id });
  });

  it('get_by_username: whatever the case', async () => {
    const { id } = await host.user('named');
    expect(await host.users.find({ username: 'NAMED' })).toMatchObject({ id });
  });

  it('get_by_social: by provider and id, compared byte by byte', async () => {
    const { id } = await host.user('social');
    await host.users.linkSocial(id, { provider: 'google', subject: 'Abc' }, { allowUnproven: true });
    await host.users.deactivate(id);
    expect((await host.users.findBySocial('google', 'Abc'))?.id).toBe(id);
    for (const subject of ['abc', 'Abc ', '']) expect(await host.users.findBySocial('google', subject)).toBeNull();
  });

  it('get_by_login: by what was typed, name or address', async () => {
    const { id } = await host.user('typed');
    for (const login of ['typed', 'typed@example.org']) expect(await host.users.find({ login })).toMatchObject({ id });
    expect(await host.users.find({ login: 'typed@elsewhere.invalid' })).toBeNull();
  });

  it('create: fields that are known', async () => {
    expect(await host.users.create({ username: 'fresh', displayName: 'Fresh' })).toMatchObject({ username: 'fresh', displayName: 'Fresh' });
    await host.users.create({ username: 'fresher', id: NOBODY, hash: 'x' });
    expect(await host.users.find(NOBODY)).toBeNull();
    const report = await host.users.import([{ legacyId: '7', username: 'brought', createdAt: '2019-05-01' }]);
    expect(report).toMatchObject({ imported: 1 });
  });

  it('update: fields that are known, and null for nobody', async () => {
    const { id } = await host.user('updated');
    expect(await host.users.update(id, { displayName: 'Up' })).toMatchObject({ displayName: 'Up' });
    expect(await host.users.update(id, { isAdmin: true, id: NOBODY })).toMatchObject({ id, isAdmin: false });
    expect(await host.users.update(NOBODY, { displayName: 'Up' })).toBeNull();
  });

  it('delete: says whether there was one', async () => {
    const { id } = await host.user('deleted');
    expect([await host.users.delete(id), await host.users.delete(id)]).toEqual([true, false]);
  });

  it('update_last_login: is written by every way in', async () => {
    const { id } = await host.user('lately');
    const last = async () => (await host.users.findOrFail(id)).lastLoginAt;
    expect(await last()).toBeNull();
    await host.sessions.login({ login: 'lately', password: PASSWORD });
    expect(await last()).toEqual(host.clock.now());
    host.clock.advance('1m');
    await host.sessions.open(id);
    expect(await last()).toEqual(host.clock.now());
  });

  it('search: by text that is no pattern, page by page, with a count', async () => {
    for (const name of ['seek-a', 'seek-b', 'seek-c']) await host.user(name);
    const first = await host.users.search({ text: 'SEEK-', limit: 2 });
    const rest = await host.users.search({ text: 'SEEK-', limit: 2, after: first.next! });
    expect([names(first), names(rest), rest.next, await host.users.count({ text: 'seek-' })]).toEqual([
      ['seek-a', 'seek-b'],
      ['seek-c'],
      null,
      3,
    ]);
    expect((await host.users.search({ text: 'seek.*' })).items).toEqual([]);
  });

  it('_check_timeout_and_incr: a counter with a window', async () => {
    const attempts = host.app.get(AttemptsService);
    const hit = () => attempts.hit('mail ann', { limit: 2, window: '30m' });
    expect([await hit(), await hit(), await hit()]).toEqual([true, true, false]);
    host.clock.advance('30m');
    expect(await hit()).toBe(true);
  });

  it('is_bruteforce: asks without counting, by address and by name', async () => {
    await host.user('guessed');
    const from = { ...VISITOR, ip: '203.0.113.9' };
    const asked = () => host.sessions.isBruteforce(from.ip, 'guessed');
    for (let time = 0; time < 50; time += 1) expect(await asked()).toBe(false);
    for (let time = 0; time < 5; time += 1)
      await host.sessions.login({ login: 'guessed', password: NEW_PASSWORD }, from).catch(() => undefined);
    expect([await asked(), await host.sessions.isBruteforce('192.0.2.55', 'guessed')]).toEqual([true, false]);
    await expect(host.sessions.login({ login: 'guessed', password: PASSWORD }, from)).rejects.toMatchObject({
      code: 'USERS_TOO_MANY_REQUESTS',
    });
    await host.sessions.resetAttempts(from.ip, 'guessed');
    expect(await asked()).toBe(false);
  });

  it('is_email_confirmation_available: twice in half an hour; asking counts nothing', async () => {
    const { id } = await host.user('asking', UNCONFIRMED);
    const available = () => host.users.isEmailConfirmationAvailable(id);
    for (let time = 0; time < 5; time += 1) expect(await available()).toBe(true);
    for (let time = 0; time < 2; time += 1) await host.users.requestEmailConfirmation(id);
    expect(await available()).toBe(false);
    host.clock.advance('30m');
    expect(await available()).toBe(true);
  });

  it('request_email_confirmation: mails a link that ends', async () => {
    const { id } = await host.user('linked', UNCONFIRMED);
    const { expiresAt } = await host.users.requestEmailConfirmation(id);
    await host.settled();
    expect(expiresAt.getTime() - host.clock.now().getTime()).toBe(43_200_000);
    expect(mailed('confirm-email', 'linked')).toMatch(/^[\w.-]{80}$/);
  });

  it('confirm_email: by the newest token; opens no session', async () => {
    const { id } = await host.user('sure', UNCONFIRMED);
    await host.users.requestEmailConfirmation(id);
    await host.settled();
    const early = mailed('confirm-email', 'sure');
    await host.users.requestEmailConfirmation(id);
    await host.settled();
    await expect(host.users.confirmEmail(early)).rejects.toMatchObject({ code: 'USERS_INVALID_TOKEN' });
    expect((await host.users.confirmEmail(mailed('confirm-email', 'sure'))).emailConfirmedAt).toEqual(host.clock.now());
    expect((await host.sessions.list({ userId: id })).items).toEqual([]);
  });

  it('change_username: live sessions see it; the same, a taken and a bad name are refused', async () => {
    const { id } = await host.user('before');
    const { token } = await host.sessions.open(id);
    await host.users.changeUsername(id, 'afterwards');
    expect((await host.sessions.authenticate(token)).user.username).toBe('afterwards');
    await expect(host.users.changeUsername(id, 'afterwards')).rejects.toMatchObject({ code: 'USERS_INVALID_INPUT' });
    await expect(host.users.changeUsername(id, 'a@b')).rejects.toMatchObject({ code: 'USERS_INVALID_INPUT' });
    await host.user('taken');
    await expect(host.users.changeUsername(id, 'taken')).rejects.toMatchObject({ code: 'USERS_USERNAME_TAKEN' });
  });

  it('get_password_status: set, change or mustChange', async () => {
    const { id } = await host.users.create({ username: 'unset' });
    const status = () => host.users.passwordStatus(id);
    expect(await status()).toBe('set');
    await host.users.setInitialPassword(id, PASSWORD);
    expect(await status()).toBe('change');
    await host.users.setPassword(id, NEW_PASSWORD, { mustChange: true });
    expect(await status()).toBe('mustChange');
    await expect(host.users.passwordStatus(NOBODY)).rejects.toMatchObject({ code: 'USERS_NOT_FOUND' });
  });

  it('set_password: unconditionally, and every session ends', async () => {
    const { id } = await host.user('setting');
    const { token } = await host.sessions.open(id);
    await host.users.setPassword(id, NEW_PASSWORD);
    expect([await is(token), await host.users.verifyCredentials('setting', NEW_PASSWORD)]).toMatchObject(['not_found', { id }]);
  });

  it('is_password_reset_available: twice in half an hour; asking counts nothing', async () => {
    const { id } = await host.user('resettable');
    const available = () => host.resets.isAvailable(id);
    for (let time = 0; time < 5; time += 1) expect(await available()).toBe(true);
    for (let time = 0; time < 2; time += 1) await host.resets.request('resettable');
    await host.settled();
    expect([await available(), await host.resets.isAvailable(NOBODY)]).toEqual([false, false]);
  });

  it('set_password_reset_token: of a chosen life; earlier ones are void', async () => {
    const { id } = await host.user('issued');
    const early = await host.resets.issue(id);
    const { token, expiresAt } = await host.resets.issue(id, { lifetime: '2h' });
    expect(expiresAt.getTime() - host.clock.now().getTime()).toBe(7_200_000);
    expect([await host.resets.resolve(early.token), await host.resets.resolve(token)]).toEqual([null, id]);
  });

  it('get_id_for_password_reset: leaves the token good; a reset does not', async () => {
    const { id } = await host.user('resolved');
    const { token } = await host.resets.issue(id);
    expect([await host.resets.resolve(token), await host.resets.resolve(token)]).toEqual([id, id]);
    await host.resets.reset(token, NEW_PASSWORD);
    expect([await host.resets.resolve(token), await host.resets.resolve('unknown')]).toEqual([null, null]);
  });

  it('get_blacklist: who is banned, since when, until when and why', async () => {
    const { id } = await host.user('listed');
    const until = new Date(host.clock.now().getTime() + 60_000);
    await host.users.ban(id, { reason: 'spam', until });
    expect((await host.users.listBanned()).items).toMatchObject([
      { id, bannedAt: host.clock.now(), bannedUntil: until, banReason: 'spam' },
    ]);
    host.clock.advance('1m');
    expect((await host.users.listBanned()).items).toEqual([]);
  });

  it('toggle_blacklist: bans and lifts; the sessions are dead at once', async () => {
    const { id } = await host.user('toggled');
    const { token } = await host.sessions.open(id);
    expect(await host.users.toggleBan(id)).toBe(true);
    expect([await is(token), await host.users.verifyCredentials('toggled', PASSWORD)]).toEqual(['not_found', null]);
    expect(await host.users.toggleBan(id)).toBe(false);
    expect((await host.users.ban(id, { reason: 'spam' })).status).toBe('banned');
    expect((await host.users.unban(id)).status).toBe('active');
    expect(await host.users.verifyCredentials('toggled', PASSWORD)).toMatchObject({ id });
    await expect(host.users.toggleBan(NOBODY)).rejects.toMatchObject({ code: 'USERS_NOT_FOUND' });
  });

  it('kick: all of his sessions, for good; he may come back at once', async () => {
    const { id } = await host.user('kicked');
    const { token } = await host.sessions.open(id);
    expect(await host.sessions.endAll({ userId: id })).toBe(1);
    const again = await host.sessions.login({ login: 'kicked', password: PASSWORD });
    host.clock.advance('5h');
    expect([await is(token), await is(again.token)]).toEqual(['not_found', 'ok']);
  });

  it('get_blackout: the instant, or null', async () => {
    expect(await host.sessions.getBlackout()).toBeNull();
    const at = await host.sessions.endAllBefore(host.clock.now().getTime());
    expect([await host.sessions.getBlackout(), at]).toEqual([host.clock.now(), host.clock.now()]);
    await host.sessions.clearBlackout();
  });

  it('set_blackout: everybody’s sessions up to it, in ten seconds unless told otherwise', async () => {
    const { id } = await host.user('dark', { isAdmin: true });
    const { token } = await host.sessions.open(id);
    const at = await host.sessions.endAllBefore();
    expect([at.getTime() - host.clock.now().getTime(), await is(token)]).toEqual([10_000, 'blackout']);
    expect(await is((await host.sessions.open(id)).token)).toBe('blackout');
    host.clock.advance('11s');
    expect(await is((await host.sessions.open(id)).token)).toBe('ok');
  });

  it('delete_blackout: once; then the old sessions are good again', async () => {
    const { token } = await host.sessions.open((await host.user('light')).id);
    await host.sessions.endAllBefore(host.clock.now());
    expect(await is(token)).toBe('blackout');
    expect([await host.sessions.clearBlackout(), await host.sessions.clearBlackout(), await is(token)]).toEqual([true, false, 'ok']);
  });

  it('set_permissions: set, added, removed, cleared; felt without a new log-in', async () => {
    const { id } = await host.user('permitted');
    const { token } = await host.sessions.open(id);
    expect(await host.users.setPermissions(id, ['note:read', 'note:read'])).toEqual(['note:read']);
    expect(await host.users.addPermissions(id, ['note:write'])).toEqual(['note:read', 'note:write']);
    expect(await host.users.removePermissions(id, ['note:read', 'absent'])).toEqual(['note:write']);
    expect((await host.sessions.authenticate(token)).permissions).toEqual(['note:write']);
    expect(await host.users.setPermissions(id, [])).toEqual([]);
  });
});

describe('apicrud', () => {
  const memberships = {
    levels: ['public', 'invitee', 'member', 'manager', 'secret'],
    load: async () => [
      { resource: 'list', id: '5', level: 'member' },
      { resource: 'list', id: '6', level: 'unknown' },
    ],
  };
  beforeAll(start({ sessions: { loginExtras: ({ user }) => ({ settingsId: user.username }) }, memberships, passwords: { minClasses: 3 } }));
  afterAll(stop);
  const STRONG = 'Staple7battery';

  const user = (name: string) => host.user(name, { password: STRONG });

  it('account_login: by name or address; one answer for every fault', async () => {
    await user('ann');
    for (const login of ['ann', 'ann@example.org', 'Ann@Example.org'])
      expect(await is((await host.sessions.login({ login, password: STRONG })).token)).toBe('ok');
    await host.users.create({ username: 'no-password' });
    for (const login of ['ann', 'no-password', 'unknown'])
      await expect(host.sessions.login({ login, password: 'Wrong7password' })).rejects.toMatchObject({ code: 'USERS_INVALID_CREDENTIALS' });
    expect((await host.users.findOrFail({ username: 'ann' })).lastLoginAt).toEqual(host.clock.now());
    expect((await host.sessions.login({ login: 'ann', password: STRONG })).extras).toEqual({ settingsId: 'ann' });
  });

  it('api_access: compares the secret each time', async () => {
    const { id } = await user('program');
    const { key } = await host.sessions.createApiKey(id, { name: 'nightly', scopes: ['note:read'] });
    const forged = `${key.slice(0, -6)}${key.endsWith('AAAAAA') ? 'BBBBBB' : 'AAAAAA'}`;
    expect(await host.sessions.authenticateApiKey(key)).toMatchObject({ user: { id }, scopes: ['note:read'] });
    await expect(host.sessions.authenticateApiKey(forged)).rejects.toMatchObject({ code: 'USERS_UNAUTHENTICATED' });
    await host.users.deactivate(id);
    await expect(host.sessions.authenticateApiKey(key)).rejects.toMatchObject({ code: 'USERS_UNAUTHENTICATED' });
  });

  it('change_password: by the old one, or by a token of his own', async () => {
    const { id } = await user('owner');
    const { id: other } = await user('other');
    await host.users.changePassword(id, { oldPassword: STRONG, newPassword: 'Horse7staple', verifyPassword: 'Horse7staple' });
    await expect(host.users.changePassword(id, { oldPassword: STRONG, newPassword: 'A7b', verifyPassword: 'B7a' })).rejects.toMatchObject({
      code: 'USERS_INVALID_INPUT',
    });
    const { token } = await host.resets.issue(id);
    await expect(host.resets.reset(token, STRONG, { user: other })).rejects.toMatchObject({ code: 'USERS_INVALID_TOKEN' });
    expect(await host.resets.reset(token, STRONG, { user: id })).toMatchObject({ id });
  });

  it('password complexity: three of four classes, where the host wants that', async () => {
    await expect(host.users.validatePassword('onlylowercase')).rejects.toMatchObject({ code: 'USERS_WEAK_PASSWORD' });
    await expect(host.users.validatePassword('aB1')).rejects.toMatchObject({ code: 'USERS_WEAK_PASSWORD' });
    for (const good of [STRONG, 'Пароль7слово']) await expect(host.users.validatePassword(good)).resolves.toBeUndefined();
  });

  it('forgot_password: the same answer for everybody, a mail for administrators too', async () => {
    await host.user('chief', { isAdmin: true, password: STRONG });
    expect([await host.resets.request({ email: 'chief@example.org' }), await host.resets.request({ email: 'who@example.org' })]).toEqual([
      undefined,
      undefined,
    ]);
    await host.settled();
    expect(await host.resets.resolve(mailed('reset-password', 'chief'))).not.toBeNull();
    expect(host.inbox.to('who@example.org')).toEqual([]);
  });

  it('register: without a password from trusted code; usable once the address is confirmed', async () => {
    await host.users.register({ email: 'newcomer@example.org', username: 'newcomer' });
    await host.settled();
    await host.users.confirmEmail(mailed('confirm-email', 'newcomer'));
    expect(await host.users.passwordStatus({ username: 'newcomer' })).toBe('set');
    const { token } = await host.resets.issue({ username: 'newcomer' });
    await host.resets.reset(token, STRONG);
    expect(await host.users.verifyCredentials('newcomer', STRONG)).not.toBeNull();
    await expect(host.users.register({ username: 'newcomer' })).rejects.toMatchObject({ code: 'USERS_USERNAME_TAKEN' });
  });

  it('get_roles: up to the level; an unknown one grants nothing', async () => {
    const { id } = await user('member');
    expect(await host.users.getRoles(id, { resource: 'list' })).toEqual(['list-5-invitee', 'list-5-member']);
    expect(await host.users.getRoles(id, { resource: 'list', id: '6' })).toEqual([]);
  });

  it('update_auth: puts fresh roles into a live session, whose life stays as it is', async () => {
    const { token, session } = await host.sessions.open((await user('joined')).id);
    expect((await host.sessions.authenticate(token)).roles).toEqual([]);
    await host.sessions.refreshRoles(session.id, { resource: 'list', id: '5' });
    const now = await host.sessions.authenticate(token);
    expect([now.roles, now.session.expiresAt]).toEqual([['list-5-invitee', 'list-5-member'], session.expiresAt]);
  });

  it('Confirmation.request: only the newest link is good', async () => {
    const { id } = await host.user('contact', { ...UNCONFIRMED, password: STRONG });
    const links: string[] = [];
    for (let time = 0; time < 2; time += 1) {
      await host.users.requestEmailConfirmation(id);
      await host.settled();
      links.push(mailed('confirm-email', 'contact'));
    }
    await expect(host.users.confirmEmail(links[0]!)).rejects.toMatchObject({ code: 'USERS_INVALID_TOKEN' });
    expect(await host.users.confirmEmail(links[1]!)).toMatchObject({ id });
  });
});
