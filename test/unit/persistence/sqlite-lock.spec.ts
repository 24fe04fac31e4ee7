import { afterEach, describe, expect, it } from '@jest/globals';
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Column, DataSource, Entity, PrimaryGeneratedColumn, type EntityManager, type QueryRunner } from 'typeorm';
import type { BetterSqlite3DataSourceOptions } from 'typeorm/driver/better-sqlite3/BetterSqlite3DataSourceOptions.js';
import { makeSqliteSafe } from '../../../lib/persistence/sqlite-lock.js';
import { asUnavailable } from '../../../lib/persistence/unavailable.js';
import { testDatabase, type TestDatabase } from '../../support/database.js';

@Entity('parents')
class Parent {
  @PrimaryGeneratedColumn() id!: number;
  @Column({ type: 'varchar', unique: true }) name!: string;
}

@Entity('notes')
class Note {
  @PrimaryGeneratedColumn() id!: number;
  @Column({ type: 'varchar' }) text!: string;
}

const opened: { dataSource: DataSource; database: TestDatabase }[] = [];

async function open(options: { safe: boolean; longestWait?: number }): Promise<DataSource> {
  const database = await testDatabase('sqlite');
  const dataSource = await new DataSource({
    ...(database.options as BetterSqlite3DataSourceOptions),
    entities: [Parent, Note],
    synchronize: true,
    // The storm commits thousands of times; what it looks for does not hang on the disk.
    prepareDatabase: (raw) => void (raw as { pragma(source: string): unknown }).pragma('synchronous = OFF'),
  }).initialize();
  opened.push({ dataSource, database });
  if (options.safe) makeSqliteSafe(dataSource, options.longestWait === undefined ? {} : { longestWait: options.longestWait });
  return dataSource;
}

afterEach(async () => {
  for (const { dataSource, database } of opened.splice(0)) {
    if (dataSource.isInitialized) await dataSource.destroy();
    await database.drop();
  }
});

const tick = (ms = 0): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const inTransaction = (dataSource: DataSource): boolean =>
  (Reflect.get(dataSource.driver, 'databaseConnection') as { inTransaction: boolean }).inTransaction;

interface Tally {
  lost: number;
  ghosts: number;
  failed: number;
  dirty: number;
  leftOpen: number;
}

class Rollback extends Error {}

/** 300 rounds of eight transactions (half of them of the host's kind, one in three rolled back), four saves and four plain reads at once. */
async function storm(dataSource: DataSource, rounds: number): Promise<Tally> {
  const tally: Tally = { lost: 0, ghosts: 0, failed: 0, dirty: 0, leftOpen: 0 };
  for (let round = 0; round < rounds; round += 1) {
    const acknowledged: string[] = [];
    const refused: string[] = [];
    const noted = async (name: string, task: () => Promise<unknown>, wanted = true): Promise<void> => {
      try {
        await task();
        acknowledged.push(name);
      } catch (error) {
        refused.push(name);
        if (wanted || !(error instanceof Rollback)) tally.failed += 1;
      }
    };
    const transaction = (name: string, wanted: boolean) => async (): Promise<void> => {
      await dataSource.transaction(async (manager) => {
        await manager.insert(Note, { text: `${name}-draft` });
        await tick(round % 3 === 0 ? 1 : 0);
        await manager.save(Parent, { name });
        await manager.delete(Note, { text: `${name}-draft` });
        if (!wanted) throw new Rollback();
      });
    };
    const byHand = (name: string, wanted: boolean) => async (): Promise<void> => {
      const runner = dataSource.createQueryRunner();
      await runner.connect();
      await runner.startTransaction();
      try {
        await runner.manager.insert(Note, { text: `${name}-draft` });
        await runner.manager.save(Parent, { name });
        await tick();
        await runner.manager.delete(Note, { text: `${name}-draft` });
        if (!wanted) throw new Rollback();
        await runner.commitTransaction();
      } catch (error) {
        await runner.rollbackTransaction();
        throw error;
      } finally {
        await runner.release();
      }
    };
    const read = async (): Promise<void> => {
      tally.dirty += await dataSource.manager.count(Note);
    };
    await Promise.all(
      [0, 1, 2, 3].flatMap((i) => [
        noted(`${round}-ours-${i}`, transaction(`${round}-ours-${i}`, i !== 1), i !== 1),
        noted(`${round}-save-${i}`, () => dataSource.manager.save(Parent, { name: `${round}-save-${i}` })),
        noted(`${round}-host-${i}`, byHand(`${round}-host-${i}`, i !== 2), i !== 2),
        tick(i)
          .then(read)
          .catch(() => (tally.failed += 1)),
      ]),
    );
    const open = inTransaction(dataSource);
    if (open) {
      tally.leftOpen += 1;
      await dataSource.query('ROLLBACK').catch(() => undefined);
      Object.assign(dataSource.createQueryRunner(), { isTransactionActive: false, transactionDepth: 0 });
    }
    const there = new Set((await dataSource.manager.find(Parent)).map(({ name }) => name));
    tally.lost += acknowledged.filter((name) => !there.has(name)).length;
    tally.ghosts += refused.filter((name) => there.has(name)).length;
  }
  return tally;
}

describe('One SQLite DataSource that host and library share', () => {
  it('loses nothing, leaves nothing open and shows nothing uncommitted in 300 rounds [B-23]', async () => {
    const tally = await storm(await open({ safe: true }), 300);
    expect(tally).toEqual({ lost: 0, ghosts: 0, failed: 0, dirty: 0, leftOpen: 0 });
  }, 120_000);

  it('fails in all of these ways without the lock (control)', async () => {
    const tally = await storm(await open({ safe: false }), 30);
    expect(tally.lost + tally.ghosts).toBeGreaterThan(0);
    expect(tally.failed).toBeGreaterThan(0);
    expect(tally.dirty).toBeGreaterThan(0);
  }, 120_000);

  it('serves those who wait in the order in which they came', async () => {
    const dataSource = await open({ safe: true });
    const order: number[] = [];
    await Promise.all(
      [0, 1, 2, 3, 4, 5, 6, 7].map((i) =>
        dataSource.transaction(async (manager) => {
          order.push(i);
          await tick(8 - i);
          await manager.insert(Note, { text: String(i) });
        }),
      ),
    );
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('is put on once, however often it is asked for', async () => {
    const dataSource = await open({ safe: true });
    const maker: unknown = Reflect.get(dataSource.driver, 'createQueryRunner');
    makeSqliteSafe(dataSource);
    expect(Reflect.get(dataSource.driver, 'createQueryRunner')).toBe(maker);
  });

  it('takes over the runner that was there before, in the middle of its transaction', async () => {
    const dataSource = await open({ safe: false });
    const old = dataSource.createQueryRunner();
    await old.startTransaction();
    await old.manager.insert(Note, { text: 'early' });
    makeSqliteSafe(dataSource);
    const count = dataSource.manager.count(Note);
    await tick(20);
    await old.rollbackTransaction();
    expect(await count).toBe(0);
    await old.release();
    await old.manager.insert(Note, { text: 'later' });
    expect(await dataSource.manager.count(Note)).toBe(1);
  });
});

describe('A transaction on the safe SQLite DataSource', () => {
  it('that waits for a query outside itself fails with a sentence that names the cause, and does not hang', async () => {
    const dataSource = await open({ safe: true, longestWait: 200 });
    const stuck = dataSource.transaction(async (manager) => {
      await manager.insert(Note, { text: 'inside' });
      await dataSource.manager.count(Note);
    });
    await expect(stuck).rejects.toThrow(/Waited 200 ms .* a query outside the transaction is awaited inside it/);
    expect(await dataSource.manager.count(Note)).toBe(0);
  });

  it('keeps the places of the others when one gives up waiting', async () => {
    const dataSource = await open({ safe: true, longestWait: 100 });
    const results = await Promise.allSettled([
      dataSource.transaction(() => tick(150)),
      tick(5).then(() => dataSource.manager.count(Note)),
      tick(80).then(() => dataSource.manager.count(Note)),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('may hold nested ones, of which each can be undone alone', async () => {
    const dataSource = await open({ safe: true });
    await dataSource.transaction(async (manager) => {
      await manager.insert(Note, { text: 'outer' });
      await manager.transaction((inner) => inner.insert(Note, { text: 'kept' }));
      const undone = manager.transaction(async (inner) => {
        await inner.insert(Note, { text: 'undone' });
        throw new Rollback();
      });
      await expect(undone).rejects.toThrow(Rollback);
      expect(inTransaction(dataSource)).toBe(true);
    });
    const notes = await dataSource.manager.find(Note, { order: { id: 'ASC' } });
    expect(notes.map(({ text }) => text)).toEqual(['outer', 'kept']);
  });

  it('is rolled back when its runner is released without an end', async () => {
    const dataSource = await open({ safe: true, longestWait: 500 });
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.manager.insert(Note, { text: 'forgotten' });
    await runner.release();
    expect(inTransaction(dataSource)).toBe(false);
    expect(await dataSource.manager.count(Note)).toBe(0);
    await expect(runner.query('SELECT 1')).rejects.toThrow(/released/);
  });

  it('lets go after a COMMIT that fails on a deferred constraint', async () => {
    const dataSource = await open({ safe: true, longestWait: 500 });
    await dataSource.query('CREATE TABLE children (parentId integer REFERENCES parents(id) DEFERRABLE INITIALLY DEFERRED)');
    const failing = dataSource.transaction(async (manager) => {
      await manager.query('INSERT INTO children VALUES (?)', [999]);
    });
    await expect(failing).rejects.toThrow(/FOREIGN KEY constraint failed/);
    expect(inTransaction(dataSource)).toBe(false);
    expect(await dataSource.query('SELECT count(*) AS n FROM children')).toEqual([{ n: 0 }]);
  });

  it('holds the connection until the rollback when a failing COMMIT is handled by hand', async () => {
    const dataSource = await open({ safe: true });
    await dataSource.query('CREATE TABLE children (parentId integer REFERENCES parents(id) DEFERRABLE INITIALLY DEFERRED)');
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.query('INSERT INTO children VALUES (?)', [999]);
    await expect(runner.commitTransaction()).rejects.toThrow(/FOREIGN KEY/);
    const outside = dataSource.query('SELECT count(*) AS n FROM children');
    expect(await runner.query('SELECT count(*) AS n FROM children')).toEqual([{ n: 1 }]);
    await runner.rollbackTransaction();
    await runner.release();
    expect(await outside).toEqual([{ n: 0 }]);
  });

  it('may be opened and closed by raw statements on one runner', async () => {
    const dataSource = await open({ safe: true });
    const runner = dataSource.createQueryRunner();
    await runner.query('BEGIN');
    await runner.query("INSERT INTO notes (text) VALUES ('raw')");
    const outside = dataSource.manager.count(Note);
    await tick(20);
    await runner.query('ROLLBACK');
    expect(await outside).toBe(0);
  });

  it('lets a subscriber ask the database after the commit without waiting for itself', async () => {
    const dataSource = await open({ safe: true, longestWait: 500 });
    const seen: number[] = [];
    dataSource.subscribers.push({
      async afterTransactionCommit() {
        seen.push(await dataSource.manager.count(Note));
      },
    });
    await dataSource.transaction((manager) => manager.insert(Note, { text: 'one' }));
    expect(seen).toEqual([1]);
  });

  it('begins as a writer, so that reading first does not cost it the write', async () => {
    const dataSource = await open({ safe: true });
    const statements: string[] = [];
    const runner = dataSource.createQueryRunner();
    dataSource.subscribers.push({ beforeQuery: ({ query }) => void statements.push(query) });
    await runner.startTransaction();
    await runner.commitTransaction();
    expect(statements[0]).toBe('BEGIN IMMEDIATE TRANSACTION');
  });
});

describe('The rest of TypeORM on the safe SQLite DataSource', () => {
  it('keeps its prepared statements from one runner to the next', async () => {
    const dataSource = await open({ safe: true });
    await dataSource.query('SELECT 41 + 1 AS n');
    const cacheOf = (runner: QueryRunner): Map<string, unknown> => Reflect.get(runner, 'stmtCache') as Map<string, unknown>;
    expect(cacheOf(dataSource.createQueryRunner()).has('SELECT 41 + 1 AS n')).toBe(true);
  });

  it('refuses stream() as it always did', async () => {
    const dataSource = await open({ safe: true });
    await expect(dataSource.createQueryBuilder(Note, 'note').stream()).rejects.toThrow(/not supported by sqlite/);
    expect(await dataSource.manager.count(Note)).toBe(0);
  });

  it('runs a schema synchronisation beside other work, and foreign keys are on afterwards', async () => {
    const dataSource = await open({ safe: true });
    await Promise.all([
      dataSource.synchronize(),
      ...[1, 2, 3].map((i) => dataSource.manager.save(Note, { text: String(i) })),
      dataSource.synchronize(),
    ]);
    expect(await dataSource.query('PRAGMA foreign_keys')).toEqual([{ foreign_keys: 1 }]);
    expect(await dataSource.manager.count(Note)).toBe(3);
  });

  it('lets nobody write without foreign keys while a migration has them off, not even after it failed', async () => {
    const database = await testDatabase('sqlite');
    class Fails1700000000000 {
      async up(runner: QueryRunner): Promise<void> {
        expect(await runner.query('PRAGMA foreign_keys')).toEqual([{ foreign_keys: 0 }]);
        await tick(20);
        throw new Error('The migration fails.');
      }
      async down(): Promise<void> {}
    }
    const dataSource = await new DataSource({ ...database.options, entities: [], migrations: [Fails1700000000000] }).initialize();
    opened.push({ dataSource, database });
    makeSqliteSafe(dataSource);
    const [migrated, seen] = await Promise.allSettled([
      dataSource.runMigrations({ transaction: 'each' }),
      tick(5).then(() => dataSource.query('PRAGMA foreign_keys')),
    ]);
    expect(migrated).toMatchObject({ status: 'rejected', reason: new Error('The migration fails.') });
    expect(seen).toEqual({ status: 'fulfilled', value: [{ foreign_keys: 1 }] });
  });

  it('answers those who wait when the DataSource is destroyed, and works again after a new start', async () => {
    const dataSource = await open({ safe: true });
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    const waiting = dataSource.manager.count(Note).catch((error: unknown) => error);
    await dataSource.destroy();
    await runner.release();
    expect(asUnavailable(await waiting)).not.toBeNull();
    await dataSource.initialize();
    await dataSource.transaction((manager: EntityManager) => manager.insert(Note, { text: 'again' }));
    expect(await dataSource.manager.count(Note)).toBe(1);
  });

  it('waits for another process without stopping the event loop', async () => {
    const dataSource = await open({ safe: true });
    const child = fork(fileURLToPath(new URL('./hold-sqlite.mjs', import.meta.url)), [String(dataSource.options.database), '400']);
    await new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('exit', (code) => reject(new Error(`The other process ended with ${code}.`)));
    });
    const exited = new Promise((resolve) => child.once('exit', resolve));
    let ticks = 0;
    const timer = setInterval(() => (ticks += 1), 10);
    await dataSource.transaction((manager) => manager.insert(Note, { text: 'after the other process' }));
    clearInterval(timer);
    await exited;
    expect(ticks).toBeGreaterThan(5);
    const texts = (await dataSource.manager.find(Note)).map(({ text }) => text);
    expect(texts).toEqual(['from the other process', 'after the other process']);
  });
});
