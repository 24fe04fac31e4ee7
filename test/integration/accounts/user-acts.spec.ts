import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  ActingError,
  type ActorProof,
  ForbiddenError,
  ImpersonationService,
  InvalidCredentialsError,
  InvalidInputError,
  InvalidSessionError,
  LastAdminError,
  ReauthenticationRequiredError,
  StepNeededError,
  TooManyRequestsError,
  UsernameTakenError,
} from 'nestjs-users';
import { HostApp, type HostOptions, PASSWORD } from '../../support/host-app.js';
import { VISITOR } from '../../support/limits.js';
import { losses, race, RACERS, winners } from '../../support/race.js';

let host: HostApp;
const start = async (options: HostOptions = {}): Promise<void> => {
  host = await HostApp.start(options);
  await host.user('root', { isAdmin: true });
  await host.user('ann');
  const agent = await host.user('agent');
  await host.users.setPermissions(agent, ['users.create', 'users.delete']);
};
afterEach(() => host.close());

const by = (login: string, password = PASSWORD): ActorProof => ({ login, password });
/** The agent, in Ann's name: she may do all that he may. */
const byActing = async (): Promise<ActorProof> => {
  await host.users.setPermissions({ username: 'agent' }, ['users.create', 'users.delete', 'users.impersonate']);
  await host.users.setPermissions({ username: 'ann' }, ['users.create', 'users.delete']);
  const { id } = (await host.sessions.open({ username: 'agent' })).session;
  const acting = await host.app.get(ImpersonationService, { strict: false }).start(id, { username: 'ann' }, { reason: 'ticket 4711' });
  return { sessionToken: acting.token };
};
const bySession = async (username: string): Promise<ActorProof> => ({ sessionToken: (await host.sessions.open({ username })).token });

describe('creating a user in somebody’s name', () => {
  beforeEach(() => start());

  it('[2.2] [W13] takes the password or the session of who may: an administrator, and who has users.create', async () => {
    for (const [index, actor] of [by('root'), await bySession('root'), by('agent'), await bySession('agent')].entries())
      expect(await host.users.createAs(actor, { username: `new${index}`, password: PASSWORD })).toMatchObject({
        status: 'active',
        isAdmin: false,
      });
    expect((await host.users.createAs(by('root'), { username: 'boss', isAdmin: true })).isAdmin).toBe(true);
    await expect(host.users.createAs(by('agent'), { username: 'evil', isAdmin: true })).rejects.toThrow(ForbiddenError);
    await expect(host.users.createAs(by('root'), { username: 'boss' })).rejects.toThrow(UsernameTakenError);
  });

  it('[2.2] refuses everybody else', async () => {
    const input = { username: 'eve' };
    await expect(host.users.createAs(null, input)).rejects.toThrow(InvalidSessionError);
    await expect(host.users.createAs(by('ann'), input)).rejects.toThrow(ForbiddenError);
    await expect(host.users.createAs(await bySession('ann'), input)).rejects.toThrow(ForbiddenError);
    await expect(host.users.createAs(by('root', 'wrong password'), input)).rejects.toThrow(InvalidCredentialsError);
    await expect(host.users.createAs(by('nobody'), input)).rejects.toThrow(InvalidCredentialsError);
    await expect(host.users.createAs({ sessionToken: 'x' }, input)).rejects.toThrow(InvalidSessionError);
    const { apiKey: _, key } = await host.sessions.createApiKey({ username: 'root' }, { name: 'program' });
    await expect(host.users.createAs({ sessionToken: key }, input)).rejects.toThrow(InvalidSessionError);
    expect(await host.users.find(input)).toBeNull();
  });

  it('[2.2] refuses what is no actor, and two at once', async () => {
    const both = { sessionToken: 'x', login: 'root', password: PASSWORD };
    for (const actor of [{}, { login: 'root' }, both, { sessionToken: '' }, 'root', []])
      await expect(host.users.createAs(actor as ActorProof, { username: 'eve' })).rejects.toThrow(InvalidInputError);
  });

  it('[2.2] refuses who must do something else first', async () => {
    await host.users.update({ username: 'root' }, { mustChangePassword: true });
    await expect(host.users.createAs(by('root'), { username: 'eve' })).rejects.toThrow(StepNeededError);
    const { token: sessionToken } = await host.sessions.open({ username: 'root' }, { needs: ['second-factor'] });
    await expect(host.users.createAs({ sessionToken }, { username: 'eve' })).rejects.toThrow(StepNeededError);
  });

  it('[2.2] [B-129] refuses who acts in another name', async () => {
    await expect(host.users.createAs(await byActing(), { username: 'eve' })).rejects.toThrow(ActingError);
    expect(await host.users.find({ username: 'eve' })).toBeNull();
  });

  it('[2.2] counts wrong passwords as a log-in does', async () => {
    for (let times = 0; times < 5; times += 1)
      await expect(host.users.createAs(by('root', 'wrong password'), { username: 'eve' }, VISITOR)).rejects.toThrow(
        InvalidCredentialsError,
      );
    await expect(host.users.createAs(by('root'), { username: 'eve' }, VISITOR)).rejects.toThrow(TooManyRequestsError);
  });
});

describe('creating a user where everybody may', () => {
  beforeEach(() => start({ registration: { createRequires: 'anyUser' } }));

  it('[2.2] gives no more than a registration by user name', async () => {
    expect(await host.users.createAs(by('ann'), { username: 'bob', password: PASSWORD })).toMatchObject({
      username: 'bob',
      isAdmin: false,
    });
    await expect(host.users.createAs(null, { username: 'eve' })).rejects.toThrow(InvalidSessionError);
    const more = { email: 'ann@example.org', isAdmin: false, isService: true, emailConfirmed: true, mustChangePassword: true };
    for (const [name, value] of Object.entries(more))
      await expect(host.users.createAs(by('ann'), { username: 'eve', [name]: value })).rejects.toMatchObject({
        fields: { [name]: ['USERS_NOT_ALLOWED'] },
      });
    await expect(host.users.createAs(by('ann'), { username: 'postmaster' })).rejects.toThrow(InvalidInputError);
    expect((await host.users.createAs(by('ann'), { username: 'cid', data: { plan: 'gold' } })).data).toBeNull();
  });
});

describe('creating users where everybody may, within the budget of registrations', () => {
  const create = async (login: string, username: string, from?: { ip: string; userAgent: string }) =>
    host.users.createAs(await bySession(login), { username }, from);
  beforeEach(() => start({ registration: { createRequires: 'anyUser' }, limits: { registrations: { limit: 2, window: '1h' } } }));

  it('[2.2] is counted for each user where it came from nowhere', async () => {
    for (const username of ['bob', 'cid']) await create('ann', username);
    await expect(create('ann', 'dan')).rejects.toThrow(TooManyRequestsError);
    await host.user('eve');
    await create('eve', 'dan');
    for (const username of ['fay', 'gus', 'hal']) await create('agent', username);
  });

  it('[2.2] is counted for each network, before any hash', async () => {
    for (const [login, username] of [
      ['ann', 'bob'],
      ['bob', 'cid'],
    ] as const)
      await create(login, username, VISITOR);
    const actor = await bySession('cid');
    const input = { username: 'dan', password: PASSWORD };
    const attempt = () => expect(host.users.createAs(actor, input, VISITOR)).rejects.toThrow(TooManyRequestsError);
    expect(await host.hasher.costOf(attempt)).toBe(0);
  });
});

describe('creating the first user in nobody’s name', () => {
  it('[2.2] costs no hash once it is too late, and a budget', async () => {
    host = await HostApp.start({ limits: { registrations: { limit: 2, window: '1h' } } });
    await host.user('ann');
    const input = { username: 'eve', password: PASSWORD };
    const attempt = () => expect(host.users.createAs(null, input)).rejects.toThrow(InvalidSessionError);
    expect(await host.hasher.costOf(attempt)).toBe(0);
    for (const _ of [1, 2]) await expect(host.users.createAs(null, input, VISITOR)).rejects.toThrow(InvalidSessionError);
    await expect(host.users.createAs(null, input, VISITOR)).rejects.toThrow(TooManyRequestsError);
  });

  it('[2.2] costs no hash after that of the first', async () => {
    host = await HostApp.start();
    const first = await host.users.createAs(null, { username: 'ann', password: PASSWORD });
    await host.dataSource.query('DELETE FROM auth_users');
    const attempt = () => expect(host.users.createAs(null, { username: 'eve', password: PASSWORD })).rejects.toThrow(InvalidSessionError);
    expect([first.isAdmin, await host.hasher.costOf(attempt)]).toEqual([true, 0]);
  });

  it('[2.2] [B-22] makes one administrator, of sixteen at once too', async () => {
    host = await HostApp.start();
    const results = await race(RACERS, (index) => host.users.createAs(null, { username: `u${index}`, password: PASSWORD }));
    expect(winners(results)).toMatchObject([{ isAdmin: true }]);
    expect(new Set(losses(results))).toEqual(new Set(['InvalidSessionError']));
    expect(await host.users.count()).toBe(1);
  });
});

describe('deleting a user in somebody’s name', () => {
  beforeEach(() => start());
  const isThere = async (username: string): Promise<boolean> => (await host.users.find({ username })) !== null;

  it('[2.6] is for who may, and not for those above him', async () => {
    await host.user('bob');
    expect(await host.users.deleteAs(by('agent'), { username: 'bob' })).toBe(true);
    expect(await host.users.deleteAs(await bySession('root'), { username: 'bob' })).toBe(false);
    await expect(host.users.deleteAs(by('agent'), { username: 'root' })).rejects.toThrow(ForbiddenError);
    expect(await host.users.deleteAs(by('root'), { username: 'agent' })).toBe(true);
    await expect(host.users.deleteAs(by('root'), { username: 'root' })).rejects.toThrow(LastAdminError);
    expect([await isThere('bob'), await isThere('agent'), await isThere('root')]).toEqual([false, false, true]);
  });

  it('[2.6] tells who may not nothing about who is there', async () => {
    for (const username of ['root', 'nobody']) {
      await expect(host.users.deleteAs(by('ann'), { username })).rejects.toThrow(ForbiddenError);
      await expect(host.users.deleteAs(null, { username })).rejects.toThrow(InvalidSessionError);
    }
  });

  it('[2.6] [B-129] refuses who acts in another name, of that one too', async () => {
    const actor = await byActing();
    for (const username of ['ann', 'nobody']) await expect(host.users.deleteAs(actor, { username })).rejects.toThrow(ActingError);
    expect(await isThere('ann')).toBe(true);
  });

  it('[2.6] of oneself takes the password, or a session that has shown it lately', async () => {
    const actor = await bySession('ann');
    host.clock.advance('1h');
    await expect(host.users.deleteAs(actor, { username: 'ann' })).rejects.toThrow(ReauthenticationRequiredError);
    expect(await host.users.deleteAs(by('ann'), { username: 'ann' })).toBe(true);
    await expect(host.users.deleteAs(actor, { username: 'ann' })).rejects.toThrow(InvalidSessionError);
  });
});
