import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UsersError } from 'nestjs-users';
import { dumpOf } from '../../support/database-dump.js';
import { type FaultKind, Faults } from '../../support/faults.js';
import { HostApp, PASSWORD } from '../../support/host-app.js';

const NEW = 'another horse battery';
const MANY = 1_000_000;

/** One operation on a user of its own: what is done, and how one sees that it is done wholly. */
interface Operation {
  readonly run: () => Promise<unknown>;
  readonly isDone: () => Promise<boolean>;
}
type Prepare = (host: HostApp, name: string) => Promise<Operation>;

const knows = async (host: HostApp, name: string, password: string): Promise<boolean> =>
  (await host.users.verifyCredentials(name, password)) !== null;
const sessionsOf = async (host: HostApp, userId: string): Promise<number> => (await host.sessions.list({ userId })).items.length;

const OPERATIONS: Record<string, Prepare> = {
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
};

describe('[B-136] whichever statement fails', () => {
  let host: HostApp;
  let faults: Faults;
  beforeAll(async () => {
    host = await HostApp.start({
      limits: { failedChecksFromAddress: { limit: MANY }, failedChecksAnywhere: { limit: MANY }, mailsToAccount: { limit: MANY } },
    });
    faults = Faults.of(host.dataSource);
  });
  afterAll(() => host.close());

  const sweep = async (name: string, prepare: Prepare, kind: FaultKind): Promise<number> => {
    for (let at = 1; ; at += 1) {
      const operation = await prepare(host, `${name.replaceAll(' ', '-')}-${kind}-${at}`);
      const before = await dumpOf(host.dataSource);
      const { outcome, struck } = await faults.during({ at, kind }, operation.run);
      if (!struck) {
        expect(outcome.status).toBe('fulfilled');
        return at - 1;
      }
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(UsersError);
      const isUntouched = JSON.stringify(await dumpOf(host.dataSource)) === JSON.stringify(before);
      if (!isUntouched) expect({ at, isDone: await operation.isDone() }).toEqual({ at, isDone: true });
    }
  };

  it.each(Object.entries(OPERATIONS))('%s leaves all as it was, or is wholly done, and is no 500', async (name, prepare) => {
    expect(await sweep(name, prepare, 'before')).toBeGreaterThan(1);
    expect(await sweep(name, prepare, 'after')).toBeGreaterThan(1);
    // Nothing was left open: the next one gets its connection.
    await host.users.create({ username: `after-${name.replaceAll(' ', '-')}` });
  });

  it('finds an operation that is not one unit of work (the control)', async () => {
    const naive: Prepare = async (of, name) => {
      const { id } = await of.user(name);
      await of.sessions.open(id);
      return {
        run: async () => {
          await of.users.updateOrFail(id, { displayName: 'Changed' });
          await of.sessions.endAll({ userId: id });
        },
        isDone: async () => (await of.users.findOrFail(id)).displayName === 'Changed' && (await sessionsOf(of, id)) === 0,
      };
    };
    await expect(sweep('naive', naive, 'before')).rejects.toThrow('isDone');
  });
});

describe('[B-140] a pool of two connections', () => {
  it('serves fifty registrations at once: nobody waits for a second connection inside a transaction', async () => {
    const host = await HostApp.start({
      connection: (options) =>
        ({
          ...options,
          ...(options.type === 'postgres' && { extra: { max: 2 } }),
          ...(options.type === 'mariadb' && { extra: { connectionLimit: 2 } }),
        }) as typeof options,
      http: { checkTimeout: '20s' },
    });
    try {
      const registered = await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          host.users.register({ username: `u${index}`, email: `u${index}@example.org`, password: PASSWORD }),
        ),
      );
      expect(registered.filter(({ confirmation }) => confirmation !== null)).toHaveLength(50);
      await host.settled();
      expect(host.inbox.notifications).toHaveLength(50);
    } finally {
      await host.close();
    }
  });
});
