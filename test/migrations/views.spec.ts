import { afterEach, describe, expect, it } from '@jest/globals';
import { defineUsers, usersMigrations, usersViewsMigration } from 'nestjs-users';
import { DataSource, type DataSourceOptions, type ObjectLiteral } from 'typeorm';
import { SessionRow } from '../../lib/sessions/session.entity.js';
import { testDatabase, type TestDatabase, testEngine } from '../support/database.js';
import { schemaDump } from '../support/schema-dump.js';

const engine = testEngine();
const plain = defineUsers();
const staff = defineUsers({ name: 'staff', tablePrefix: 'staff_' });

const opened: DataSource[] = [];
const databases: TestDatabase[] = [];

async function connect(options: object): Promise<DataSource> {
  const database = await testDatabase();
  databases.push(database);
  const dataSource = await new DataSource({ ...database.options, entities: plain.entities, ...options } as DataSourceOptions).initialize();
  opened.push(dataSource);
  return dataSource;
}

const withViews = { migrations: [...usersMigrations, usersViewsMigration()] };
const ID = '019b0000-0000-7000-8000-000000000001';
const EARLY = new Date('2026-01-02T03:04:05.678Z');
/** Beyond 2038, where a 32-bit time ends. */
const LATE = new Date('2099-12-31T23:59:59.999Z');

async function fill(dataSource: DataSource): Promise<void> {
  const user = {
    id: ID,
    username: 'Ann',
    usernameKey: 'ann',
    sortKey: 'ann',
    createdAt: EARLY,
    updatedAt: EARLY,
    bannedUntil: LATE,
    data: { plan: 'gold' },
  };
  await dataSource.getRepository<ObjectLiteral>(plain.user).insert(user);
  const session = {
    id: ID,
    userId: ID,
    secretHash: 'f'.repeat(64),
    kind: 'session',
    ip: '203.0.113.9',
    createdAt: EARLY,
    lastSeenAt: EARLY,
    authenticatedAt: EARLY,
    endsAt: LATE,
  };
  await dataSource.getRepository<ObjectLiteral>(plain.rows.of(SessionRow)).insert(session);
}

/** As a person at the engine's own prompt sees it. */
function typed(dataSource: DataSource, view: string, columns: readonly string[]): Promise<Record<string, unknown>[]> {
  const text = engine === 'mariadb' ? 'char' : 'text';
  const selected = columns.map((column) => `CAST(${dataSource.driver.escape(column)} AS ${text}) AS ${dataSource.driver.escape(column)}`);
  return dataSource.query(`SELECT ${selected.join()} FROM ${view}`);
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((dataSource) => dataSource.destroy()));
  await Promise.all(databases.splice(0).map((database) => database.drop()));
});

describe(`The readable views on ${engine}`, () => {
  it('show times as dates in UTC to the millisecond, whatever the zone of the connection', async () => {
    const dataSource = await connect({
      ...withViews,
      ...(engine === 'sqlite' ? {} : { extra: engine === 'postgres' ? { options: '-c timezone=Asia/Tokyo' } : { connectionLimit: 1 } }),
    });
    if (engine === 'mariadb') await dataSource.query("SET time_zone = '+09:00'");
    await dataSource.runMigrations();
    await fill(dataSource);
    expect(await typed(dataSource, 'auth_users_readable', ['username', 'createdAt', 'bannedUntil', 'disabledAt'])).toEqual([
      { username: 'Ann', createdAt: '2026-01-02 03:04:05.678', bannedUntil: '2099-12-31 23:59:59.999', disabledAt: null },
    ]);
    expect(await typed(dataSource, 'auth_sessions_readable', ['userId', 'ip', 'lastSeenAt', 'endsAt'])).toEqual([
      { userId: ID, ip: '203.0.113.9', lastSeenAt: '2026-01-02 03:04:05.678', endsAt: '2099-12-31 23:59:59.999' },
    ]);
  });

  it('show neither hashes nor keys nor free JSON, and no instant as a number', async () => {
    const dataSource = await connect(withViews);
    await dataSource.runMigrations();
    await fill(dataSource);
    for (const view of ['auth_users_readable', 'auth_sessions_readable']) {
      const [row] = (await dataSource.query(`SELECT * FROM ${view}`)) as [object];
      expect(Object.keys(row).filter((column) => /Hash|Key|^data$|^profile$|resourceRoles/.test(column))).toEqual([]);
      expect(JSON.stringify(row)).not.toMatch(/ffff|gold|1767323045678/);
    }
  });

  it('are in nobody’s list unless he puts them there, and are no drift in the eyes of TypeORM', async () => {
    expect(usersMigrations.map((Migration) => new Migration().name).join()).not.toContain('Views');
    const dataSource = await connect(withViews);
    await dataSource.runMigrations();
    expect((await dataSource.driver.createSchemaBuilder().log()).upQueries).toEqual([]);
  });

  it('go with the way down, which leaves everything else, and come again', async () => {
    const [without, dataSource] = [await connect({ migrations: usersMigrations }), await connect(withViews)];
    await without.runMigrations();
    await dataSource.runMigrations();
    const made = await schemaDump(dataSource, engine);
    expect(made).not.toEqual(await schemaDump(without, engine));
    // The table that came later goes first.
    for (const one of [without, dataSource, dataSource]) await one.undoLastMigration();
    expect(await schemaDump(dataSource, engine)).toEqual(await schemaDump(without, engine));
    expect(made).not.toEqual(await schemaDump(without, engine));
    await dataSource.runMigrations();
    expect(await schemaDump(dataSource, engine)).toEqual(made);
  });

  it('stand under the prefixes of their space', async () => {
    const options = { entities: staff.entities, entityPrefix: 'shop_', migrations: [...staff.migrations, usersViewsMigration(staff)] };
    const dataSource = await connect(options);
    await dataSource.runMigrations();
    expect(await dataSource.query('SELECT * FROM shop_staff_users_readable')).toEqual([]);
    expect(await dataSource.query('SELECT * FROM shop_staff_sessions_readable')).toEqual([]);
  });
});
