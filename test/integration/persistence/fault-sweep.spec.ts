import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { UsersError } from 'nestjs-users';
import { dumpOf } from '../../support/database-dump.js';
import { type FaultKind, Faults } from '../../support/faults.js';
import { HostApp, PASSWORD } from '../../support/host-app.js';
import { OPERATIONS, type Prepare, sessionsOf } from '../../support/operations.js';
import { SMALLER_OPERATIONS } from '../../support/smaller-operations.js';

const MANY = 1_000_000;

/** Methods of the three faces that change no row, or nothing but counters. */
const READING = [
  ...['within', 'find', 'findOrFail', 'list', 'search', 'stream', 'count', 'listBanned', 'exportPersonalData', 'isAdmin', 'getRoles'],
  ...['verifyCredentials', 'validatePassword', 'passwordStatus', 'isEmailConfirmationAvailable', 'isAvailable', 'resolve'],
  ...['findBySocial', 'listSocial'],
  ...['authenticate', 'authenticateApiKey', 'authenticateSigned', 'check', 'findUser', 'getBlackout', 'listApiKeys', 'isBruteforce'],
  ...['requireRecentLogin', 'setIdleTimeout'],
];
/** `bootstrap` wants a database of its own, below; `refreshRoles` is one statement; `purgeExpired` goes by batches; the last is private. */
const ELSEWHERE = ['bootstrap', 'refreshRoles', 'purgeExpired', 'resultOf'];

type Face = Record<string, (...args: unknown[]) => unknown>;

/** With what a face inherits from a class of ours. */
function methodsOf(face: object): string[] {
  const found: string[] = [];
  for (let at = Object.getPrototypeOf(face) as object; at !== Object.prototype; at = Object.getPrototypeOf(at) as object)
    found.push(...Object.getOwnPropertyNames(at).filter((name) => name !== 'constructor' && typeof (face as Face)[name] === 'function'));
  return found;
}

describe('[B-136] whichever statement fails', () => {
  let host: HostApp;
  let faults: Faults;
  let faces: object[];
  const swept = new Set<string>();
  let isSweeping = false;

  const noteCalls = (face: object): void => {
    for (const name of methodsOf(face)) {
      const method = (face as Face)[name]?.bind(face);
      (face as Face)[name] = (...args) => {
        if (isSweeping) swept.add(name);
        return method?.(...args);
      };
    }
  };

  beforeAll(async () => {
    host = await HostApp.start({
      limits: { failedChecksFromAddress: { limit: MANY }, failedChecksAnywhere: { limit: MANY }, mailsToAccount: { limit: MANY } },
    });
    faults = Faults.of(host.dataSource);
    faces = [host.users, host.sessions, host.resets];
    faces.forEach(noteCalls);
  });
  afterAll(() => host.close());
  // What was left by the operation before is only read, again and again.
  beforeEach(() => host.dataSource.query('DELETE FROM auth_users'));

  const sweep = async (name: string, prepare: Prepare, kind: FaultKind): Promise<number> => {
    for (let at = 1; ; at += 1) {
      const operation = await prepare(host, `${name.replaceAll(' ', '-')}-${kind}-${at}`);
      const before = await dumpOf(host.dataSource);
      const { outcome, struck } = await faults.during({ at, kind }, () => {
        isSweeping = true;
        const running = operation.run();
        isSweeping = false;
        return running;
      });
      if (!struck) {
        expect(outcome.status).toBe('fulfilled');
        return at - 1;
      }
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(UsersError);
      const isUntouched = JSON.stringify(await dumpOf(host.dataSource)) === JSON.stringify(before);
      if (!isUntouched) expect({ at, isDone: await operation.isDone() }).toEqual({ at, isDone: true });
    }
  };

  const operations = Object.entries({ ...OPERATIONS, ...SMALLER_OPERATIONS });

  it.each(operations)('%s leaves all as it was, or is wholly done, and is no 500', async (name, prepare) => {
    expect(await sweep(name, prepare, 'before')).toBeGreaterThan(0);
    expect(await sweep(name, prepare, 'after')).toBeGreaterThan(0);
    // Nothing was left open: the next one gets its connection.
    await host.users.create({ username: `after-${operations.findIndex(([other]) => other === name)}` });
  });

  it('no method of the three faces was left out', () => {
    const known = new Set([...swept, ...READING, ...ELSEWHERE]);
    expect(faces.flatMap(methodsOf).filter((name) => !known.has(name))).toEqual([]);
  });

  it.each(['before', 'after'] as const)('the first administrator is there wholly or not at all (%s)', async (kind) => {
    for (let at = 1, struck = true; struck; at += 1) {
      const empty = await HostApp.start();
      try {
        const bootstrap = (): Promise<unknown> => empty.users.bootstrap({ username: 'root', password: PASSWORD });
        const { outcome, ...rest } = await Faults.of(empty.dataSource).during({ at, kind }, bootstrap);
        struck = rest.struck;
        if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(UsersError);
        const isThere = (await empty.users.verifyCredentials('root', PASSWORD))?.isAdmin === true;
        expect({ at, isThere, users: await empty.users.count() }).toEqual({ at, isThere, users: isThere ? 1 : 0 });
        // Whoever is refused may try again, and only he.
        await (isThere ? expect(bootstrap()).rejects.toThrow(UsersError) : bootstrap());
      } finally {
        await empty.close();
      }
    }
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
