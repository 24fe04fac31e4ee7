import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  ActingError,
  type DomainEvent,
  ForbiddenError,
  ImpersonationService,
  ImpersonationStarted,
  ImpersonationStopped,
  InvalidInputError,
  InvalidSessionError,
  type LoginResult,
  NotFoundError,
  SessionEnded,
  type UsersModuleOptions,
} from 'nestjs-users';
import { AuditLog, auditLog } from 'nestjs-users/audit-log';
import { HostApp, PASSWORD } from '../../support/host-app.js';

const FROM = { ip: '203.0.113.77', userAgent: 'agent-browser' };
const REASON = 'ticket 4711';

let host: HostApp;
let annId: string;
let agentId: string;
let agent: LoginResult;

async function open(options: Omit<UsersModuleOptions, 'database' | 'dataSource'> = {}): Promise<void> {
  host = await HostApp.start({ extensions: [auditLog()], ...options });
  annId = (await host.user('ann')).id;
  agentId = (await host.user('agent', { displayName: 'Alex' })).id;
  await host.users.setPermissions(agentId, ['users.impersonate', 'users.read']);
  agent = await host.sessions.login({ login: 'agent', password: PASSWORD });
}
const impersonation = (): ImpersonationService => host.app.get(ImpersonationService, { strict: false });
const act = (id = annId, by = agent.session.id) => impersonation().start(by, id, { reason: REASON, from: FROM });
const statusOf = async (token: string): Promise<string> => (await host.sessions.check(token)).status;

beforeEach(() => open());
afterEach(() => host.close());

describe('acting in another name [4.17]', () => {
  it('[8.3.3] has the rights of the user and no others, and says who acts and why [B-128]', async () => {
    await host.users.setPermissions(annId, ['note:read']);
    const acting = await act();
    const found = await host.sessions.authenticate(acting.token);
    expect(found.user.id).toBe(annId);
    expect(found.permissions).toEqual(['note:read']);
    expect(found.session).toMatchObject({ id: acting.session.id, userId: annId, actor: { id: agentId, name: 'Alex', reason: REASON } });
    expect(acting.session).toEqual({ ...found.session, lastSeenAt: expect.any(Date) });
  });

  it('leaves no other token open: the own session waits, and goes on by a new one [B-70]', async () => {
    const acting = await act();
    expect(await statusOf(agent.token)).toBe('not_found');
    const ended: SessionEnded[] = [];
    host.events.on(SessionEnded, (event) => void ended.push(event));
    const own = await impersonation().stop(acting.session.id);
    expect(ended).toEqual([expect.objectContaining({ userId: annId, sessionId: acting.session.id, actorId: agentId })]);
    expect([await statusOf(acting.token), await statusOf(agent.token), await statusOf(own.token)]).toEqual([
      'not_found',
      'not_found',
      'ok',
    ]);
    const { id, expiresAt, authenticatedAt, recentUntil } = agent.session;
    expect(own.session).toMatchObject({ id, actor: null, expiresAt, authenticatedAt, recentUntil });
    expect(own.user.id).toBe(agentId);
    await expect(impersonation().stop(acting.session.id)).rejects.toBeInstanceOf(InvalidSessionError);
    await expect(impersonation().stop(own.session.id)).rejects.toBeInstanceOf(InvalidSessionError);
  });

  it('lasts an hour at most, however busy, and leaves nothing behind', async () => {
    const acting = await act();
    for (const _ of [1, 2]) {
      host.clock.advance('29m');
      expect(await statusOf(acting.token)).toBe('ok');
    }
    host.clock.advance('2m');
    expect(await statusOf(acting.token)).toBe('expired');
    expect(await host.sessions.purgeExpired()).toBe(2);
    expect((await host.sessions.list()).items).toEqual([]);
  });

  it('never outlives the own session, and keeps the idle time-out', async () => {
    const short = await host.sessions.open(agentId, { expiresAt: new Date(host.clock.now().getTime() + 600_000) });
    expect((await act(annId, short.session.id)).session.expiresAt).toEqual(short.session.expiresAt);
    await host.close();
    await open({ sessions: { idleTimeout: '10m', actingTimeout: '30m' } });
    const acting = await act();
    expect(acting.session.expiresAt).toEqual(new Date(host.clock.now().getTime() + 600_000));
    for (const _ of [1, 2, 3]) {
      host.clock.advance('9m');
      expect(await statusOf(acting.token)).toBe('ok');
    }
    // The own session was not used meanwhile, and yet it waits.
    expect((await impersonation().stop(acting.session.id)).session.id).toBe(agent.session.id);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['his own session ends', () => host.sessions.end(agent.session.id)],
    ['all his sessions end', () => host.sessions.endAll({ userId: agentId })],
    [
      'all his other sessions end',
      async () => host.sessions.endAll({ userId: agentId, except: (await host.sessions.open(agentId)).session.id }),
    ],
    ['he is banned', () => host.users.ban(agentId)],
    ['he is deactivated', () => host.users.deactivate(agentId)],
    ['he is deleted', () => host.users.delete(agentId)],
    ['he loses the permission', () => host.users.removePermissions(agentId, ['users.impersonate'])],
    ['the user becomes an administrator', () => host.users.setAdmin(annId)],
    ['the user may administrate more than he', () => host.users.addPermissions(annId, ['users.ban'])],
    ['the user is banned', () => host.users.ban(annId)],
    ['the user is deleted', () => host.users.delete(annId)],
    [
      'the user ends it',
      async () => host.sessions.end((await host.sessions.list({ userId: annId })).items[0]?.id ?? '', { userId: annId }),
    ],
    ['everybody is shut out', async () => (await host.sessions.endAllBefore(), host.clock.advance('1s'))],
    ['his row is deleted by hand', () => host.dataSource.query(`DELETE FROM auth_sessions WHERE id = '${agent.session.id}'`)],
  ])('is over at the next request when %s [B-128]', async (_, end) => {
    const acting = await act();
    expect(await statusOf(acting.token)).toBe('ok');
    await end();
    expect(await statusOf(acting.token)).not.toBe('ok');
  });

  it.each<[string, () => Promise<unknown>]>([
    ['his own session', () => host.sessions.end(agent.session.id)],
    ['all his sessions', () => host.sessions.endAll({ userId: agentId })],
    ['that in the name of the user', async () => host.sessions.end((await host.sessions.list({ userId: annId })).items[0]?.id ?? '')],
  ])('ending %s ends both, and tells of both, and who acted', async (_, end) => {
    const acting = await act();
    const ended: string[] = [];
    host.events.on(SessionEnded, ({ sessionId, userId, actorId }) => ended.push(`${userId} ${sessionId} ${actorId}`));
    await end();
    expect(ended).toContain(`${annId} ${acting.session.id} ${agentId}`);
    expect(ended.filter((one) => one.startsWith(agentId)).every((one) => one === `${agentId} ${agent.session.id} null`)).toBe(true);
    expect((await host.sessions.list()).items).toEqual([]);
  });

  it('signing out the user everywhere leaves no way back to a session that waits for nobody', async () => {
    const acting = await act();
    await host.sessions.endAll({ userId: annId });
    await expect(impersonation().stop(acting.session.id)).rejects.toBeInstanceOf(InvalidSessionError);
    expect(await statusOf(agent.token)).toBe('not_found');
  });

  it('stands among the sessions of the user, takes none of his places, and is no sign-in of his', async () => {
    await host.close();
    await open({ sessions: { max: 1, whenFull: 'refuse' } });
    const { session } = await host.sessions.login({ login: 'ann', password: PASSWORD });
    const before = (await host.users.findOrFail(annId)).lastLoginAt;
    host.clock.advance('1m');
    const acting = await act();
    const { items } = await host.sessions.list({ userId: annId, state: 'live' });
    expect(items.map(({ id, actor }) => [id, actor?.id])).toEqual([
      [acting.session.id, agentId],
      [session.id, undefined],
    ]);
    await host.sessions.end(session.id);
    await host.sessions.login({ login: 'ann', password: PASSWORD }).then(({ user }) => expect(user.id).toBe(annId));
    expect(before).toEqual(session.createdAt);
    await host.settled();
    expect(host.inbox.to('ann@example.org')).toEqual([]);
  });
});

describe('who may act as whom', () => {
  it.each<[string, () => Promise<unknown>, abstract new (...args: never[]) => Error]>([
    ['without the permission', async () => (await host.users.setPermissions(agentId, ['users.read']), act()), ForbiddenError],
    ['as himself', () => act(agentId), ForbiddenError],
    ['as an administrator', async () => act((await host.user('root', { isAdmin: true })).id), ForbiddenError],
    ['as who may administrate more', async () => (await host.users.setPermissions(annId, ['users.ban']), act()), ForbiddenError],
    ['as nobody', () => act('0190a6e0-0000-7000-8000-000000000000'), NotFoundError],
    ['as who is banned', async () => (await host.users.ban(annId), act()), NotFoundError],
    [
      'as who never confirmed',
      async () => act((await host.users.register({ email: 'new@example.org', password: PASSWORD })).user?.id ?? 'x'),
      NotFoundError,
    ],
    ['as a program', async () => act((await host.users.create({ username: 'ci', isService: true })).id), NotFoundError],
    ['by a session that is over', async () => (host.clock.advance('11d'), act()), InvalidSessionError],
    [
      'by a session that lacks a step',
      async () => act(annId, (await host.sessions.open(agentId, { needs: ['new-password'] })).session.id),
      InvalidSessionError,
    ],
    ['by an API key', async () => act(annId, (await host.sessions.createApiKey(agentId, { name: 'k' })).apiKey.id), InvalidSessionError],
    ['by an id that is none', () => act(annId, 'x'), InvalidSessionError],
    ['by a session that waits', async () => (await act(), act()), InvalidSessionError],
    ['by a session in another name', async () => act((await host.user('bob')).id, (await act()).session.id), ActingError],
  ])('nobody acts %s [B-128] [B-129]', async (_, attempt, error) => {
    await expect(attempt()).rejects.toBeInstanceOf(error);
  });

  it('administrators act as whoever is none, also as one with rights of his own', async () => {
    const { id } = await host.user('root', { isAdmin: true });
    await host.users.setPermissions(annId, ['users.ban']);
    const { session } = await host.sessions.open(id);
    expect((await act(annId, session.id)).user.id).toBe(annId);
    const { id: other } = await host.user('other', { isAdmin: true });
    await expect(act(other, (await host.sessions.open(id)).session.id)).rejects.toBeInstanceOf(ForbiddenError);
  });

  it('asks for a reason', async () => {
    for (const reason of [undefined, '', '  ', 5, null, 'x'.repeat(501), 'a\0b']) {
      const start = impersonation().start(agent.session.id, annId, { reason: reason as string });
      await expect(start).rejects.toBeInstanceOf(InvalidInputError);
    }
    expect(await statusOf(agent.token)).toBe('ok');
  });

  it('proves nothing of the user: neither recently nor by a password [B-129]', async () => {
    const acting = await act();
    expect(acting.session.recentUntil.getTime()).toBeLessThan(host.clock.now().getTime());
    expect(() => host.sessions.requireRecentLogin(acting.session)).toThrow(ActingError);
    await expect(host.sessions.reauthenticate(acting.session.id, PASSWORD)).rejects.toBeInstanceOf(ActingError);
    await expect(host.sessions.reauthenticate(agent.session.id, PASSWORD)).rejects.toBeInstanceOf(ActingError);
  });

  it('does it inside the transaction of the host, or not at all', async () => {
    const started = host.dataSource.transaction(async (manager) => {
      await impersonation().within(manager).start(agent.session.id, annId, { reason: REASON });
      throw new Error('rolled back');
    });
    await expect(started).rejects.toThrow('rolled back');
    expect(await statusOf(agent.token)).toBe('ok');
  });
});

describe('what is told of it', () => {
  it('both ids and the reason, in events and in the audit log [8.3.3]', async () => {
    const told: DomainEvent[] = [];
    host.events.on(ImpersonationStarted, (event) => told.push(event));
    host.events.on(ImpersonationStopped, (event) => told.push(event));
    const acting = await act();
    host.clock.advance('1m');
    await impersonation().stop(acting.session.id);
    const both = { userId: annId, actorId: agentId, sessionId: acting.session.id };
    expect(told).toEqual([
      expect.objectContaining({ name: 'impersonation.started', ...both, reason: REASON, from: FROM }),
      expect.objectContaining({ name: 'impersonation.stopped', ...both }),
    ]);
    await host.settled();
    const { items } = await host.app.get(AuditLog).list({ actorId: agentId });
    const entries = items.map(({ event, userId, sessionId, facts }) => ({ event, userId, sessionId, facts }));
    // By name: the last two belong to one instant.
    expect(entries.sort((one, other) => one.event.localeCompare(other.event))).toEqual([
      { event: 'impersonation.started', userId: annId, sessionId: acting.session.id, facts: { reason: REASON } },
      { event: 'impersonation.stopped', userId: annId, sessionId: acting.session.id, facts: null },
      { event: 'session.ended', userId: annId, sessionId: acting.session.id, facts: null },
    ]);
  });

  it('the words of the reason go with the user', async () => {
    await act();
    await host.users.delete(annId);
    await host.settled();
    expect(JSON.stringify((await host.app.get(AuditLog).list()).items)).not.toContain(REASON);
  });

  it('neither the reason nor the address is handed to the user with his own data', async () => {
    await act();
    const { sessions } = await host.users.exportPersonalData(annId);
    expect(sessions.map(({ actor, ip }) => [actor?.name, actor?.reason, ip])).toEqual([['Alex', '', null]]);
  });
});
