import { afterEach, describe, expect, it } from '@jest/globals';
import { BaseUser, ImpersonationService, type LoginResult } from 'nestjs-users';
import { HostApp, type HostOptions, PASSWORD } from '../../support/host-app.js';
import { NO_LIMITS } from '../../support/limits.js';
import { Statements } from '../../support/statements.js';

const OTHER = 'another good password';

let host: HostApp;
let ann: LoginResult;
let statements: Statements;
const start = async ({ sessions, ...more }: HostOptions = {}): Promise<void> => {
  host = await HostApp.start({ limits: NO_LIMITS, ...more, sessions: { cache: { lifetime: '1m' }, ...sessions } });
  statements = Statements.of(host.dataSource);
  await host.user('ann', { data: { list: [1] } });
  ann = await login();
  await warm();
};
afterEach(() => host.close());

const login = (name = 'ann', password = PASSWORD): Promise<LoginResult> =>
  host.sessions.login({ login: name, password }, { ip: '198.51.100.7', userAgent: null });
const statusOf = async (token = ann.token): Promise<string> => (await host.sessions.check(token)).status;
/** Lets the cache have it, and sees that it has. */
async function warm(token = ann.token): Promise<void> {
  await host.sessions.check(token);
  expect(await asked(() => host.sessions.authenticate(token))).toBe(0);
}
/** How many statements the answer cost. */
const asked = async (task: () => Promise<unknown>): Promise<number> => (await statements.before(task)).length;

type Act = () => Promise<unknown>;
const owner = (): { id: string } => ({ id: ann.user.id });

/** Everything that ends a session, by who does it. */
const ENDS: Readonly<Record<string, Act>> = {
  'end()': () => host.sessions.end(ann.session.id),
  'endByToken()': () => host.sessions.endByToken(ann.token),
  "endAll() of one user's": () => host.sessions.endAll({ userId: ann.user.id }),
  "endAll() of everybody's": () => host.sessions.endAll({ everyone: true }),
  'a blackout': () => host.sessions.endAllBefore(host.clock.now()),
  'a ban': () => host.users.ban(owner()),
  'a deactivation': () => host.users.deactivate(owner()),
  'a deletion': () => host.users.delete(owner()),
  'an anonymisation': () => host.users.anonymise(owner()),
  'a password that is set': () => host.users.setPassword(owner(), OTHER),
  'a password that is changed': () => host.users.changePassword(owner(), { oldPassword: PASSWORD, newPassword: OTHER }),
  'a reset': async () => host.resets.reset((await host.resets.issue(owner())).token, OTHER),
  'a new token': () => host.sessions.reauthenticate(ann.session.id, PASSWORD),
  'a log-in beyond sessions.max': () => login(),
};

describe('with the cache on, a session is refused at the very next request after', () => {
  it.each(Object.keys(ENDS))('%s [B-72] [B-61]', async (name) => {
    await start({ sessions: { max: 1 } });
    await (ENDS[name] as Act)();
    expect(await statusOf()).not.toBe('ok');
  });

  it('an impersonation, which parks it', async () => {
    await start();
    await host.user('agent');
    await host.users.setPermissions({ username: 'agent' }, ['users.impersonate']);
    const agent = await login('agent');
    expect(await statusOf(agent.token)).toBe('ok');
    const { token } = await host.app
      .get(ImpersonationService, { strict: false })
      .start(agent.session.id, ann.user.id, { reason: 'ticket 4711' });
    expect([await statusOf(agent.token), await statusOf(token)]).toEqual(['not_found', 'ok']);
    await host.sessions.end(agent.session.id);
    expect(await statusOf(token)).toBe('not_found');
  });
});

/** Everything that changes what a request is told, and how it is seen. */
const CHANGES: Readonly<Record<string, [Act, object]>> = {
  'update()': [() => host.users.update(owner(), { displayName: 'Ann' }), { user: { displayName: 'Ann' } }],
  'a new name': [() => host.users.changeUsername(owner(), 'anna'), { user: { username: 'anna' } }],
  roles: [() => host.users.setRoles(owner(), ['editor']), { roles: ['editor'] }],
  permissions: [() => host.users.setPermissions(owner(), ['note:read']), { permissions: ['note:read'] }],
  'an administrator made': [() => host.users.setAdmin(owner(), true), { roles: ['admin'] }],
  'setData()': [() => host.sessions.setData(ann.session.id, { theme: 'dark' }), { session: { data: { theme: 'dark' } } }],
  'refreshRoles()': [() => host.sessions.refreshRoles(ann.session.id), { roles: ['note-1-reader'] }],
};

describe('with the cache on, the very next request is told of', () => {
  it.each(Object.keys(CHANGES))('%s [B-72]', async (name) => {
    const load = (): Promise<{ resource: string; id: string; level: string }[]> =>
      Promise.resolve([{ resource: 'note', id: '1', level: 'reader' }]);
    await start({ memberships: { levels: ['public', 'reader'], load } });
    const [act, seen] = CHANGES[name] as [Act, object];
    await act();
    expect(await host.sessions.authenticate(ann.token)).toMatchObject(seen);
  });

  it('a ban that is lifted, a blackout that is lifted, and a token that is new', async () => {
    await start();
    await host.users.ban(owner());
    await host.users.unban(owner());
    ann = await login();
    await warm();
    await host.sessions.endAllBefore(host.clock.now());
    expect(await statusOf()).toBe('blackout');
    await host.sessions.clearBlackout();
    expect(await statusOf()).toBe('ok');
    const { token } = await host.sessions.reauthenticate(ann.session.id, PASSWORD);
    expect([await statusOf(), await statusOf(token)]).toEqual(['not_found', 'ok']);
  });

  it("what a host's transaction did, once that is committed, and not where it is undone", async () => {
    await start();
    const undone = host.dataSource.transaction(async (manager) => {
      await host.sessions.within(manager).setData(ann.session.id, { undone: true });
      expect((await host.sessions.within(manager).authenticate(ann.token)).session.data).toEqual({ undone: true });
      throw new Error('the host thinks better of it');
    });
    await expect(undone).rejects.toThrow('thinks better');
    expect((await host.sessions.authenticate(ann.token)).session.data).toBeNull();
    await host.dataSource.transaction((manager) => host.sessions.within(manager).end(ann.session.id));
    expect(await statusOf()).toBe('not_found');
  });
});

describe('a remembered session', () => {
  it('costs no statement, and gives each caller objects of his own', async () => {
    await start();
    const [first, second] = [await host.sessions.authenticate(ann.token), await host.sessions.authenticate(ann.token)];
    (first.user.data as { list: number[] }).list.push(2);
    expect(second.user).not.toBe(first.user);
    expect((await host.sessions.authenticate(ann.token)).user.data).toEqual({ list: [1] });
  });

  it('is judged by the clock at each check: its end, its idle time-out and the use that prolongs it', async () => {
    await start({ sessions: { idleTimeout: '1h', absoluteTimeout: '2h' } });
    host.clock.advance('50m');
    expect(await asked(() => host.sessions.authenticate(ann.token))).toBe(0);
    host.clock.advance('50m');
    expect(await statusOf()).toBe('ok');
    host.clock.advance('20m');
    expect(await statusOf()).toBe('expired');
  });

  it('opens nothing to who shows another secret', async () => {
    await start();
    const forged = `${ann.token.split('.')[0]}.${(await login()).token.split('.')[1]}`;
    expect(await statusOf(forged)).toBe('not_found');
  });

  it('is that of a person who administrates nothing: others are asked for at each request [B-72]', async () => {
    await start();
    await host.user('root', { isAdmin: true });
    await host.user('agent');
    await host.users.setPermissions({ username: 'agent' }, ['users.read']);
    for (const name of ['root', 'agent']) {
      const { token } = await login(name);
      await host.sessions.check(token);
      expect([name, await asked(() => host.sessions.authenticate(token))]).toEqual([name, 1]);
    }
    const { key } = await host.sessions.createApiKey(owner(), { name: 'robot' });
    await host.sessions.authenticateApiKey(key);
    expect(await asked(() => host.sessions.authenticateApiKey(key))).toBe(1);
  });

  it('of which nobody told us anything is asked for anew when its lifetime is over', async () => {
    await start({ sessions: { cache: { lifetime: '1s' } } });
    const name = (text: string): string => host.dataSource.driver.escape(text);
    await host.dataSource.query(`DELETE FROM ${name('auth_sessions')}`);
    while ((await statusOf()) === 'ok') await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await statusOf()).toBe('not_found');
  });

  it('is none unless the host says so', async () => {
    await start({ sessions: { cache: true } });
    await host.close();
    host = await HostApp.start({ sessions: { cache: false } });
    statements = Statements.of(host.dataSource);
    expect((await host.user('bob')) instanceof BaseUser).toBe(true);
    const { token } = await login('bob');
    await host.sessions.check(token);
    expect(await asked(() => host.sessions.authenticate(token))).toBe(1);
  });
});
