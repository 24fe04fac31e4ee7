import { afterEach, describe, expect, it } from '@jest/globals';
import { defineUsers, type MigrationSql, usersMigrationsSql } from 'nestjs-users';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { Issues } from '../../lib/kernel/issues.js';
import { Migrator } from '../../lib/persistence/migrator.js';
import { checkSchema } from '../../lib/persistence/schema-check.js';
import { ENGINES, testDatabase, type TestDatabase, testEngine } from '../support/database.js';
import { schemaDump } from '../support/schema-dump.js';

const engine = testEngine();
const clock = { now: () => new Date('2026-01-02T03:04:05.678Z') };
const plain = defineUsers();

const opened: DataSource[] = [];
const databases: TestDatabase[] = [];

async function connect(more: object = {}): Promise<DataSource> {
  const database = await testDatabase();
  databases.push(database);
  const options = { ...database.options, entities: plain.entities, ...more } as DataSourceOptions;
  const dataSource = await new DataSource(options).initialize();
  opened.push(dataSource);
  return dataSource;
}

/** As somebody does who reads it first and types it then. */
async function byHand(dataSource: DataSource, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await dataSource.query(statement);
}

const ups = (migrations: readonly MigrationSql[]): string[] => migrations.flatMap(({ up }) => up);
const downs = (migrations: readonly MigrationSql[]): string[] => [...migrations].reverse().flatMap(({ down }) => down);

async function faults(dataSource: DataSource): Promise<boolean> {
  const issues = new Issues();
  await checkSchema(dataSource, plain, issues);
  return issues.any;
}

async function drift(dataSource: DataSource): Promise<string[]> {
  return (await dataSource.driver.createSchemaBuilder().log()).upQueries.map(({ query }) => query);
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((dataSource) => dataSource.destroy()));
  await Promise.all(databases.splice(0).map((database) => database.drop()));
});

describe(`usersMigrationsSql() on ${engine}`, () => {
  it('prints what makes the very schema of migrate: true, which then finds its work done', async () => {
    const [migrated, typed] = [await connect(), await connect()];
    const ran = await Migrator.run(migrated, plain, clock);
    expect(await faults(typed)).toBe(true);
    await byHand(typed, ups(usersMigrationsSql({ engine })));
    expect(await schemaDump(typed, engine)).toEqual(await schemaDump(migrated, engine));
    expect([await drift(typed), await faults(typed)]).toEqual([[], false]);
    expect(usersMigrationsSql({ engine }).map(({ name }) => name)).toEqual(ran);
    expect(await Migrator.run(typed, plain, clock)).toEqual([]);
  });

  it('notes when it was run', async () => {
    const dataSource = await connect();
    const before = Date.now();
    await byHand(dataSource, ups(usersMigrationsSql({ engine })));
    const [row] = (await dataSource.query('SELECT * FROM auth_migrations')) as [{ ranAt: unknown }];
    expect(Math.abs(Number(row.ranAt) - before)).toBeLessThan(60_000);
  });

  it('may be run twice, and its way down leaves our note of what ran, empty', async () => {
    const dataSource = await connect();
    const migrations = usersMigrationsSql({ engine, views: true });
    await byHand(dataSource, [...ups(migrations), ...ups(migrations)]);
    expect(await faults(dataSource)).toBe(false);
    await byHand(dataSource, downs(migrations));
    const runner = dataSource.createQueryRunner();
    expect([await runner.hasTable('auth_users'), await runner.hasTable('auth_state')]).toEqual([false, false]);
    await runner.release();
    expect(await dataSource.query('SELECT * FROM auth_migrations')).toEqual([]);
    expect(await Migrator.run(dataSource, plain, clock)).toHaveLength(plain.migrations.length);
  });

  it("knows the DataSource's entityPrefix, and its schema where the engine has them", async () => {
    const more = engine === 'postgres' ? { entityPrefix: 'shop_', schema: 'my shop' } : { entityPrefix: 'shop_' };
    const dataSource = await connect(more);
    if (engine === 'postgres') await dataSource.query('CREATE SCHEMA "my shop"');
    await byHand(dataSource, ups(usersMigrationsSql({ engine, ...more, views: true })));
    expect([await drift(dataSource), await faults(dataSource)]).toEqual([[], false]);
    expect(await dataSource.query(`SELECT * FROM ${engine === 'postgres' ? '"my shop".' : ''}shop_auth_users_readable`)).toEqual([]);
  });
});

describe('usersMigrationsSql()', () => {
  it.each(ENGINES)('prints each statement for %s alone, without a semicolon, and no views that nobody asked for', (one) => {
    const statements = ups(usersMigrationsSql({ engine: one }));
    expect(statements.filter((statement) => statement.includes(';') || statement.includes('VIEW'))).toEqual([]);
    // Each table of the space, and the one that says which migrations ran.
    expect(new Set(statements.filter((statement) => statement.includes('CREATE TABLE IF NOT EXISTS'))).size).toBe(
      plain.entities.length + 1,
    );
    expect(ups(usersMigrationsSql({ engine: one, views: true })).filter((statement) => statement.includes('VIEW'))).toHaveLength(2);
  });

  it('refers to a user table of your own, and never drops it', () => {
    const sql = usersMigrationsSql({ engine: 'postgres', tablePrefix: 'staff_', usersTable: 'people' });
    expect(ups(sql).join()).toContain('REFERENCES "people" ("id") ON DELETE CASCADE');
    expect(downs(sql).join()).not.toContain('people');
    expect(downs(usersMigrationsSql({ engine: 'postgres', tablePrefix: 'staff_' })).join()).toContain('DROP TABLE IF EXISTS "staff_users"');
  });

  it('keeps a name a name, whatever is in it', () => {
    expect(ups(usersMigrationsSql({ engine: 'postgres', tablePrefix: `a"b'` })).at(-1)).toContain(
      `WHERE "name" = 'CreateIdentities_a"b''users_`,
    );
    expect(ups(usersMigrationsSql({ engine: 'mariadb', tablePrefix: 'a`b' }))[0]).toContain('`a``bmigrations`');
  });

  it('refuses an engine that it does not know', () => {
    expect(() => usersMigrationsSql({ engine: 'oracle' as 'sqlite' })).toThrow(
      'prints no SQL for "oracle": choose one of sqlite, postgres, mariadb',
    );
    expect(() => usersMigrationsSql({ engine: 'constructor' as 'sqlite' })).toThrow('prints no SQL');
  });
});
