import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UsersError } from 'nestjs-users';
import { dumpOf } from '../../support/database-dump.js';
import { type FaultKind, Faults } from '../../support/faults.js';
import { HostApp, PASSWORD } from '../../support/host-app.js';
import { OPERATIONS, type Prepare, sessionsOf } from '../../support/operations.js';

const MANY = 1_000_000;

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
