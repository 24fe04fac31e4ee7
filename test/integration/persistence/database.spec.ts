import { afterEach, describe, expect, it } from '@jest/globals';
import type { QueryFailedError } from 'typeorm';
import { UnavailableError } from '../../../lib/kernel/errors.js';
import { OneTimeTokenRow } from '../../../lib/one-time-tokens/one-time-token.entity.js';
import { StateRow } from '../../../lib/persistence/state.entity.js';
import { violatedColumn } from '../../../lib/persistence/unique-violation.js';
import { SERVERS, testEngine } from '../../support/database.js';
import { instant, nextId, openPersistence, type Persistence, space, userRow } from '../../support/persistence.js';
import { TcpProxy } from '../../support/tcp-proxy.js';

const engine = testEngine();
const State = space.rows.of(StateRow);
const Token = space.rows.of(OneTimeTokenRow);
const User = space.user;
const open: Persistence[] = [];
const proxies: TcpProxy[] = [];

async function opened(...options: Parameters<typeof openPersistence>): Promise<Persistence> {
  const persistence = await openPersistence(...options);
  open.push(persistence);
  return persistence;
}

afterEach(async () => {
  for (const proxy of proxies.splice(0)) await proxy.close();
  for (const persistence of open.splice(0)) await persistence.close();
});

describe(`What is written on ${engine}`, () => {
  it('comes back as it was: instants to the millisecond, JSON with every character, flags, nulls', async () => {
    const { dataSource } = await opened();
    const far = new Date('2199-12-31T23:59:59.999Z');
    const data = { text: 'é\u{1F600}\u{10FFFF}\n"\\', list: [1, null, true, { deep: [] }], '': 0, $set: 'x' };
    const row = userRow({ isAdmin: true, displayName: '\u{1F984} Ann', data, roles: [], lastLoginAt: far });
    // A copy: where the engine returns no generated columns, TypeORM writes their defaults into what it was given.
    await dataSource.manager.insert(User, { ...row, sortKey: '' });
    const found = await dataSource.manager.findOneByOrFail(User, { id: row.id });
    expect({ ...found }).toMatchObject({
      ...row,
      isAdmin: true,
      mustChangePassword: false,
      disabledAt: null,
      profile: null,
      lastLoginAt: far,
    });
    expect(found.createdAt.getTime()).toBe(instant.getTime());
  });

  it('may be JSON of 16 KiB in characters of four bytes', async () => {
    const { dataSource } = await opened();
    const value = '\u{1F600}'.repeat(16_000);
    await dataSource.manager.insert(State, { key: 'big', value });
    expect((await dataSource.manager.findOneByOrFail(State, { key: 'big' })).value).toBe(value);
  });
});

describe(`A unique index on ${engine}`, () => {
  const refusal = (task: Promise<unknown>): Promise<unknown> =>
    task.then(
      () => null,
      (error: unknown) => error as QueryFailedError,
    );

  it('says which column it refused', async () => {
    const { dataSource } = await opened();
    await dataSource.manager.insert(User, userRow({ usernameKey: 'ann', emailKey: 'ann@x.org', sortKey: 'ann' }));
    const columns = ['usernameKey', 'emailKey'] as const;
    expect(violatedColumn(await refusal(dataSource.manager.insert(User, userRow({ usernameKey: 'ann', sortKey: 'ann' }))), columns)).toBe(
      'usernameKey',
    );
    expect(
      violatedColumn(await refusal(dataSource.manager.insert(User, userRow({ emailKey: 'ann@x.org', sortKey: 'ann@x.org' }))), columns),
    ).toBe('emailKey');
  });

  it('is not misled by a value that looks like the name of an index', async () => {
    const { dataSource } = await opened();
    const emailKey = "x' for key 'auth_users_usernameKey'";
    await dataSource.manager.insert(User, userRow({ emailKey, sortKey: emailKey }));
    const error = await refusal(dataSource.manager.insert(User, userRow({ emailKey, sortKey: emailKey })));
    expect(violatedColumn(error, ['usernameKey', 'emailKey'])).toBe('emailKey');
  });

  it('over two columns is known by its last', async () => {
    const { dataSource } = await opened();
    const user = userRow({ sortKey: '' });
    await dataSource.manager.insert(User, user);
    const token = (): object => ({
      id: nextId(),
      userId: user.id,
      purpose: 'reset-password',
      secretHash: 'x',
      createdAt: instant,
      expiresAt: instant,
    });
    await dataSource.manager.insert(Token, token());
    expect(violatedColumn(await refusal(dataSource.manager.insert(Token, token())), ['purpose'])).toBe('purpose');
  });

  it('is not blamed for another refusal', async () => {
    const { dataSource } = await opened();
    const orphan = { id: nextId(), userId: nextId(), purpose: 'reset-password', secretHash: 'x', createdAt: instant, expiresAt: instant };
    const error = await refusal(dataSource.manager.insert(Token, orphan as object));
    expect(error).toBeInstanceOf(Error);
    expect(violatedColumn(error, ['userId', 'purpose'])).toBeNull();
  });
});

describe(`A database that is away on ${engine}`, () => {
  it('is a 503 after the DataSource was destroyed', async () => {
    const { dataSource, database, unitOfWork } = await opened();
    await dataSource.destroy();
    await expect(database.ask((manager) => manager.count(State))).rejects.toThrow(UnavailableError);
    await expect(unitOfWork.run((work) => work.ask((manager) => manager.insert(State, { key: 'a' })))).rejects.toThrow(UnavailableError);
  });

  it('does not make a 503 of a fault of ours', async () => {
    const { database } = await opened();
    const wrong = database.ask((manager) => manager.query('SELECT nonsense FROM nowhere'));
    await expect(wrong).rejects.not.toBeInstanceOf(UnavailableError);
  });
});

if (engine === 'sqlite') {
  describe('An SQLite file that another process holds', () => {
    it('is a 503, not a wait without end', async () => {
      const { database, dataSource, unitOfWork } = await opened(300);
      const { default: Sqlite } = await import('better-sqlite3');
      const other = new Sqlite(String(dataSource.options.database));
      other.exec('BEGIN EXCLUSIVE');
      await expect(database.ask((manager) => manager.count(State))).rejects.toThrow(UnavailableError);
      await expect(unitOfWork.run((work) => work.ask((manager) => manager.insert(State, { key: 'a' })))).rejects.toThrow(UnavailableError);
      other.exec('ROLLBACK');
      other.close();
      await expect(unitOfWork.run((work) => work.ask((manager) => manager.count(State)))).resolves.toBe(0);
    });
  });
} else {
  describe(`A network between us and ${engine}`, () => {
    async function behindProxy(timeout: number): Promise<Persistence & { proxy: TcpProxy }> {
      const server = SERVERS[engine === 'mariadb' ? 'mariadb' : 'postgres'];
      const port = server.port === '' ? (engine === 'mariadb' ? 3306 : 5432) : Number(server.port);
      const proxy = await TcpProxy.before({ host: server.hostname, port });
      proxies.push(proxy);
      const persistence = await opened(timeout, (options) => {
        if (options.type === 'better-sqlite3') return options;
        if (options.url === undefined) return { ...options, host: '127.0.0.1', port: proxy.port };
        const url = new URL(options.url);
        url.host = `127.0.0.1:${proxy.port}`;
        return { ...options, url: url.href };
      });
      return { ...persistence, proxy };
    }
    const count = ({ database }: Persistence): Promise<number> => database.ask((manager) => manager.count(State));
    const insert = ({ unitOfWork }: Persistence, key: string): Promise<unknown> =>
      unitOfWork.run((work) => work.ask((manager) => manager.insert(State, { key })));

    it('that is cut gives a 503, and everything works again when it is back', async () => {
      const persistence = await behindProxy(2_000);
      expect(await count(persistence)).toBe(0);
      persistence.proxy.cut();
      for (let i = 0; i < 3; i += 1) {
        await expect(count(persistence)).rejects.toThrow(UnavailableError);
        await expect(insert(persistence, 'a')).rejects.toThrow(UnavailableError);
      }
      persistence.proxy.heal();
      await insert(persistence, 'a');
      expect(await count(persistence)).toBe(1);
    });

    it('that is reset under a running statement or transaction gives a 503, and nothing is half written', async () => {
      const persistence = await behindProxy(5_000);
      const sleep = engine === 'postgres' ? 'SELECT pg_sleep(3)' : 'SELECT SLEEP(3)';
      const waiting = [
        persistence.database.ask((manager) => manager.query(sleep)),
        persistence.unitOfWork.run(async (work) => {
          await work.ask((manager) => manager.insert(State, { key: 'half' }));
          await work.ask((manager) => manager.query(sleep));
        }),
      ].map((promise) =>
        promise.then(
          () => null,
          (error: unknown) => error,
        ),
      );
      await new Promise((resolve) => setTimeout(resolve, 300));
      persistence.proxy.reset();
      expect(await Promise.all(waiting)).toEqual([expect.any(UnavailableError), expect.any(UnavailableError)]);
      expect(await count(persistence)).toBe(0);
    });

    it('that hangs gives a 503 in time, and everything works again when the dead connections are gone', async () => {
      const persistence = await behindProxy(200);
      await count(persistence);
      persistence.proxy.hang();
      const late = (limit: number): object => ({ cause: { message: `The database did not answer within ${limit} ms.` } });
      await expect(count(persistence)).rejects.toMatchObject(late(200));
      // A change may take longer than a look, which a request waits for.
      await expect(insert(persistence, 'a')).rejects.toMatchObject(late(1_000));
      persistence.proxy.heal();
      persistence.proxy.reset();
      await insert(persistence, 'b');
      expect(await persistence.database.ask((manager) => manager.find(State))).toMatchObject([{ key: 'b' }]);
    });

    it('that is slow is only slow', async () => {
      const persistence = await behindProxy(2_000);
      persistence.proxy.latency = 100;
      await insert(persistence, 'a');
      expect(await count(persistence)).toBe(1);
    });

    it('whose server ends our session gives a 503 until the pool has a fresh connection, and never another error', async () => {
      const persistence = await behindProxy(2_000);
      await count(persistence);
      if (engine === 'postgres') {
        const { dataSource } = await opened();
        await dataSource.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [
          new URL(String(Reflect.get(persistence.dataSource.options, 'url'))).pathname.slice(1),
        ]);
      } else {
        const [row] = (await persistence.dataSource.query('SELECT CONNECTION_ID() AS id')) as { id: number }[];
        const { dataSource } = await opened();
        await dataSource.query(`KILL ${Number(row?.id)}`);
      }
      const answers: unknown[] = [];
      // As many tries as the pool may have connections that it does not yet know to be dead.
      while (answers.at(-1) !== 0 && answers.length < 10) answers.push(await count(persistence).catch((error: unknown) => error));
      expect(answers.at(-1)).toBe(0);
      expect(answers.filter((answer) => answer !== 0 && !(answer instanceof UnavailableError))).toEqual([]);
    });
  });
}
