import { ImpersonationService } from 'nestjs-users';
import { type HostApp, PASSWORD } from './host-app.js';

const NEW = 'another horse battery';
/** One operation on a user of its own: what is done, and how one sees that it is done wholly. */
export interface Operation {
  readonly run: () => Promise<unknown>;
  readonly isDone: () => Promise<boolean>;
}
export type Prepare = (host: HostApp, name: string) => Promise<Operation>;

const knows = async (host: HostApp, name: string, password: string): Promise<boolean> =>
  (await host.users.verifyCredentials(name, password)) !== null;
export const sessionsOf = async (host: HostApp, userId: string): Promise<number> => (await host.sessions.list({ userId })).items.length;

/** What changes more than one row, or one row that decides something. */
export const OPERATIONS: Record<string, Prepare> = {
  create: async (host, name) => ({
    run: () => host.users.create({ username: name, password: PASSWORD }),
    isDone: () => knows(host, name, PASSWORD),
  }),
  'registration with an address': async (host, name) => ({
    run: () => host.users.register({ username: name, email: `${name}@example.org`, password: PASSWORD }),
    isDone: async () => (await host.users.find({ username: name }))?.status === 'pending',
  }),
  confirmation: async (host, name) => {
    await host.users.register({ username: name, email: `${name}@example.org`, password: PASSWORD });
    await host.settled();
    const { token } = host.inbox.last('confirm-email', `${name}@example.org`);
    return { run: () => host.users.confirmEmail(token), isDone: () => knows(host, name, PASSWORD) };
  },
  'log-in': async (host, name) => {
    const { id } = await host.user(name);
    return {
      run: () => host.sessions.login({ login: name, password: PASSWORD }),
      isDone: async () => (await sessionsOf(host, id)) === 1 && (await host.users.findOrFail(id)).lastLoginAt !== null,
    };
  },
  'change of password': async (host, name) => {
    const { id } = await host.user(name);
    const { session } = await host.sessions.open(id);
    await host.sessions.open(id);
    return {
      run: () => host.users.changePassword(id, { oldPassword: PASSWORD, newPassword: NEW }, { keepSession: session.id }),
      isDone: async () => (await knows(host, name, NEW)) && (await sessionsOf(host, id)) === 1,
    };
  },
  reset: async (host, name) => {
    const { id } = await host.user(name);
    await host.sessions.open(id);
    const { token } = await host.resets.issue(id);
    return {
      run: () => host.resets.reset(token, NEW),
      isDone: async () =>
        (await knows(host, name, NEW)) && (await sessionsOf(host, id)) === 0 && (await host.resets.resolve(token)) === null,
    };
  },
  deactivation: async (host, name) => {
    const { id } = await host.user(name);
    await host.sessions.open(id);
    await host.resets.issue(id);
    return {
      run: () => host.users.deactivate(id),
      isDone: async () => (await host.users.findOrFail(id)).status === 'disabled' && (await sessionsOf(host, id)) === 0,
    };
  },
  deletion: async (host, name) => {
    const { id } = await host.user(name);
    await host.sessions.open(id);
    return {
      run: () => host.users.delete(id),
      isDone: async () => (await host.users.find(id)) === null && (await sessionsOf(host, id)) === 0,
    };
  },
  'a new name': async (host, name) => {
    const { id } = await host.user(name);
    return {
      run: () => host.users.changeUsername(id, `${name}-new`),
      isDone: async () => (await host.users.find({ username: `${name}-new` }))?.id === id,
    };
  },
  'an administrator more': async (host, name) => {
    const { id } = await host.user(name);
    return { run: () => host.users.setAdmin(id), isDone: () => host.users.isAdmin(id) };
  },
  'a password by an administrator': async (host, name) => {
    const { id } = await host.user(name);
    await host.sessions.open(id);
    return {
      run: () => host.users.setPassword(id, NEW),
      isDone: async () => (await knows(host, name, NEW)) && (await sessionsOf(host, id)) === 0,
    };
  },
  'a first password': async (host, name) => {
    const { id } = await host.users.create({ username: name });
    return { run: () => host.users.setInitialPassword(id, NEW), isDone: () => knows(host, name, NEW) };
  },
  'an invitation': async (host, name) => ({
    run: () => host.users.invite({ email: `${name}@example.org` }),
    // Not by the address, which is nobody's until it is confirmed.
    isDone: async () =>
      (await host.users.list({ status: 'pending', limit: 200 })).items.some(({ email }) => email === `${name}@example.org`),
  }),
  'an invitation accepted': async (host, name) => {
    await host.users.invite({ email: `${name}@example.org` });
    await host.settled();
    const { token } = host.inbox.last('invitation', `${name}@example.org`);
    return {
      run: () => host.users.acceptInvitation({ token, password: NEW, username: name }),
      isDone: async () => (await knows(host, name, NEW)) && (await host.users.findOrFail({ username: name })).status === 'active',
    };
  },
  'a change of address': async (host, name) => {
    const { id } = await host.user(name);
    await host.sessions.open(id);
    await host.users.requestEmailChange(id, `new-${name}@example.org`);
    await host.settled();
    const { token } = host.inbox.last('confirm-new-email', `new-${name}@example.org`);
    return {
      run: () => host.users.confirmEmail(token),
      isDone: async () => (await host.users.findOrFail(id)).email === `new-${name}@example.org` && (await sessionsOf(host, id)) === 0,
    };
  },
  'a ban': async (host, name) => {
    const { id } = await host.user(name);
    await host.sessions.open(id);
    return {
      run: () => host.users.ban(id, { reason: 'spam' }),
      isDone: async () => (await host.users.findOrFail(id)).status === 'banned' && (await sessionsOf(host, id)) === 0,
    };
  },
  'a ban lifted': async (host, name) => {
    const { id } = await host.user(name);
    await host.users.ban(id, { reason: 'spam' });
    return { run: () => host.users.unban(id), isDone: async () => (await host.users.findOrFail(id)).status === 'active' };
  },
  permissions: async (host, name) => {
    const { id } = await host.user(name);
    return {
      run: () => host.users.setPermissions(id, ['note:write']),
      isDone: async () => (await host.users.findOrFail(id)).permissions?.includes('note:write') === true,
    };
  },
  anonymising: async (host, name) => {
    const { id } = await host.user(name);
    await host.sessions.open(id);
    return {
      run: () => host.users.anonymise(id),
      isDone: async () => (await host.users.find({ username: name })) === null && (await sessionsOf(host, id)) === 0,
    };
  },
  'an API key': async (host, name) => {
    const { id } = await host.user(name);
    return {
      run: () => host.sessions.createApiKey(id, { name: 'build', scopes: [] }),
      isDone: async () => (await host.sessions.listApiKeys(id)).length === 1,
    };
  },
  'the end of all sessions': async (host, name) => {
    const { id } = await host.user(name);
    await host.sessions.open(id);
    await host.sessions.open(id);
    return { run: () => host.sessions.endAll({ userId: id }), isDone: async () => (await sessionsOf(host, id)) === 0 };
  },
  'a proof anew': async (host, name) => {
    const { id } = await host.user(name);
    const { session, token } = await host.sessions.open(id);
    return {
      run: () => host.sessions.reauthenticate(session.id, PASSWORD),
      isDone: async () => (await host.sessions.check(token)).status === 'not_found' && (await sessionsOf(host, id)) === 1,
    };
  },
  impersonation: async (host, name) => {
    const [{ id }, agent] = [await host.user(name), await host.user(`${name}-agent`)];
    await host.users.setPermissions(agent.id, ['users.impersonate', 'users.read']);
    const own = await host.sessions.open(agent.id);
    return {
      run: () => host.app.get(ImpersonationService, { strict: false }).start(own.session.id, id, { reason: 'ticket 1' }),
      isDone: async () => (await sessionsOf(host, id)) === 1 && (await host.sessions.check(own.token)).status === 'not_found',
    };
  },
  'an import': async (host, name) => ({
    run: () => host.users.import([{ legacyId: name, username: name }]),
    isDone: async () => (await host.users.find({ username: name })) !== null,
  }),
};
