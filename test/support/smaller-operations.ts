import { ImpersonationService } from 'nestjs-users';
import { dumpOf } from './database-dump.js';
import { type HostApp, PASSWORD } from './host-app.js';
import { type Prepare, sessionsOf } from './operations.js';

type Of<T> = (host: HostApp, id: string, name: string) => Promise<T>;

/** What is done to somebody who is there, and may have been prepared for it. */
const toUser =
  (run: Of<unknown>, isDone: Of<boolean>, before: Of<unknown> = async () => undefined): Prepare =>
  async (host, name) => {
    const { id } = await host.user(name);
    await before(host, id, name);
    return { run: () => run(host, id, name), isDone: () => isDone(host, id, name) };
  };

const toSession =
  (run: (host: HostApp, session: string, token: string) => Promise<unknown>, isDone: Of<boolean>): Prepare =>
  async (host, name) => {
    const { session, token } = await host.sessions.open((await host.user(name)).id);
    return { run: () => run(host, session.id, token), isDone: () => isDone(host, session.id, name) };
  };

const statusIs =
  (status: string): Of<boolean> =>
  async (host, id) =>
    (await host.users.findOrFail(id)).status === status;
const isRenamed: Of<boolean> = async (host, id) => (await host.users.findOrFail(id)).displayName === 'Ann A.';
const mayWrite: Of<boolean> = async (host, id) => (await host.users.findOrFail(id)).permissions?.includes('note:write') === true;
const isGone: Of<boolean> = async (host, id) => (await host.users.find(id)) === null;
const isKnownElsewhere: Of<boolean> = async (host, id) => (await host.users.listSocial(id)).length === 1;
const isOver: Of<boolean> = async (host, session) => (await host.sessions.find(session)) === null;
const hasLink: Of<boolean> = async (host, id) => (await dumpOf(host.dataSource))['auth_tokens']?.some((row) => row.includes(id)) === true;

const rootFor = async (host: HostApp, name: string): Promise<{ login: string; password: string }> => {
  await host.user(`${name}-root`, { isAdmin: true });
  return { login: `${name}-root`, password: PASSWORD };
};

/** What changes little: mostly one row. */
export const SMALLER_OPERATIONS: Record<string, Prepare> = {
  'an update': toUser((host, id) => host.users.update(id, { displayName: 'Ann A.' }), isRenamed),
  'an update of who must be there': toUser((host, id) => host.users.updateOrFail(id, { displayName: 'Ann A.' }), isRenamed),
  'a deletion of who must be there': toUser((host, id) => host.users.deleteOrFail(id), isGone),
  'an activation': toUser(
    (host, id) => host.users.activate(id),
    statusIs('active'),
    (host, id) => host.users.deactivate(id),
  ),
  'a ban turned on': toUser((host, id) => host.users.toggleBan(id), statusIs('banned')),
  'a permission more': toUser((host, id) => host.users.addPermissions(id, ['note:write']), mayWrite),
  'a permission less': toUser(
    (host, id) => host.users.removePermissions(id, ['note:write']),
    async (...of) => !(await mayWrite(...of)),
    (host, id) => host.users.setPermissions(id, ['note:write']),
  ),
  roles: toUser(
    (host, id) => host.users.setRoles(id, ['editor']),
    async (host, id) => (await host.users.getRoles(id)).includes('editor'),
  ),
  'an address vouched for': async (host, name) => {
    const { id } = await host.users.create({ username: name, email: `${name}@example.org`, emailConfirmed: false });
    return {
      run: () => host.users.confirmEmailFor(id),
      isDone: async () => (await host.users.findOrFail(id)).emailConfirmedAt !== null,
    };
  },
  'a confirming link again': async (host, name) => {
    const { id } = await host.users.create({ username: name, email: `${name}@example.org`, emailConfirmed: false });
    return { run: () => host.users.requestEmailConfirmation(id), isDone: () => hasLink(host, id, name) };
  },
  'a wish for another address': toUser((host, id, name) => host.users.requestEmailChange(id, `new-${name}@example.org`), hasLink),
  'a forgotten password': toUser((host, _, name) => host.resets.request(name).then(() => host.settled()), hasLink),
  'a resetting link': toUser((host, id) => host.resets.issue(id), hasLink),
  'links made void': toUser(
    (host, id) => host.resets.voidAll(id),
    async (host, id) => (await host.resets.voidAll(id)) === 0,
    (host, id) => host.resets.issue(id),
  ),
  'a session opened': toUser(
    (host, id) => host.sessions.open(id),
    async (host, id) => (await sessionsOf(host, id)) === 1,
  ),
  'data of a session': toSession(
    (host, session) => host.sessions.setData(session, { theme: 'dark' }),
    async (host, session) => (await host.sessions.find(session))?.data !== null,
  ),
  'the end of a session': toSession((host, session) => host.sessions.end(session), isOver),
  'the end of a session by its token': toSession((host, _, token) => host.sessions.endByToken(token), isOver),
  'failures forgiven': toUser(
    (host, _, name) => host.sessions.resetAttempts(null, name),
    async (host, _, name) => !(await host.sessions.isBruteforce(null, name)),
    (host, _, name) => host.users.verifyCredentials(name, 'no such password'),
  ),
  'the end of an API key': async (host, name) => {
    const { id } = await host.user(name);
    const { apiKey } = await host.sessions.createApiKey(id, { name: 'build', scopes: [] });
    return {
      run: () => host.sessions.endApiKey(apiKey.id),
      isDone: async () => (await host.sessions.listApiKeys(id)).length === 0,
    };
  },
  'a user made in somebody’s name': async (host, name) => {
    const root = await rootFor(host, name);
    return {
      run: () => host.users.createAs(root, { username: name, password: PASSWORD }),
      isDone: async () => (await host.users.verifyCredentials(name, PASSWORD)) !== null,
    };
  },
  'a deletion in somebody’s name': async (host, name) => {
    const [{ id }, root] = [await host.user(name), await rootFor(host, name)];
    return { run: () => host.users.deleteAs(root, id), isDone: () => isGone(host, id, name) };
  },
  'a return from impersonation': async (host, name) => {
    const [{ id }, agent] = [await host.user(name), await host.user(`${name}-agent`, { isAdmin: true })];
    const impersonation = host.app.get(ImpersonationService, { strict: false });
    const { session } = await host.sessions.open(agent.id);
    const acting = await impersonation.start(session.id, id, { reason: 'ticket 1' });
    return {
      run: () => impersonation.stop(acting.session.id),
      isDone: async () => (await isOver(host, acting.session.id, name)) && (await sessionsOf(host, agent.id)) === 1,
    };
  },
  'an identity elsewhere': toUser(
    (host, id, name) => host.users.linkSocial(id, { provider: 'google', subject: name }, { allowUnproven: true }),
    isKnownElsewhere,
  ),
  'an identity elsewhere given up': toUser(
    (host, id) => host.users.unlinkSocial(id, 'google'),
    async (...of) => !(await isKnownElsewhere(...of)),
    (host, id, name) => host.users.linkSocial(id, { provider: 'google', subject: name }, { allowUnproven: true }),
  ),
  'a first sign-in from elsewhere': async (host, name) => ({
    run: () => host.users.signInBySocial({ provider: 'google', subject: name, email: `${name}@example.org`, emailVerified: true }),
    isDone: async () => (await host.users.findBySocial('google', name)) !== null,
  }),
  'a blackout': async (host) => {
    await host.sessions.clearBlackout();
    return {
      run: () => host.sessions.endAllBefore(host.clock.now()),
      isDone: async () => (await host.sessions.getBlackout()) !== null,
    };
  },
  'a blackout lifted': async (host) => {
    await host.sessions.endAllBefore(host.clock.now());
    return { run: () => host.sessions.clearBlackout(), isDone: async () => (await host.sessions.getBlackout()) === null };
  },
};
