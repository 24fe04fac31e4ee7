import { afterEach, describe, expect, it } from '@jest/globals';
import { Column, DataSource, type DataSourceOptions, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { defineUsers, type UserSpace } from '../../lib/define-users.js';
import { Issues } from '../../lib/kernel/issues.js';
import { Migrator } from '../../lib/persistence/migrator.js';
import { migrationsFor } from '../../lib/persistence/migrations/users-migrations.js';
import { checkSchema } from '../../lib/persistence/schema-check.js';
import { BaseUser } from '../../lib/users/base-user.js';
import { testDatabase, type TestDatabase, testEngine } from '../support/database.js';

@Entity('notes')
class Note {
  @PrimaryGeneratedColumn() id!: number;
  @Column({ type: 'varchar', length: 100 }) text!: string;
}

@Entity('people')
class Person extends BaseUser {
  @Column({ type: 'varchar', length: 80, default: '' }) company!: string;
}

const clock = { now: () => new Date('2026-01-02T03:04:05.678Z') };
const plain = defineUsers();
const staff = defineUsers({ name: 'staff', tablePrefix: 'staff_' });
const people = defineUsers({ name: 'people', user: Person, tablePrefix: 'people_auth_' });

const opened: DataSource[] = [];
const databases: TestDatabase[] = [];

async function freshDatabase(engine?: TestDatabase['engine']): Promise<TestDatabase> {
  const database = await testDatabase(engine);
  databases.push(database);
  return database;
}

async function connect(database: TestDatabase, space: UserSpace<BaseUser>, more: object = {}): Promise<DataSource> {
  const options = { ...database.options, entities: space.entities, ...more } as DataSourceOptions;
  const dataSource = await new DataSource(options).initialize();
  opened.push(dataSource);
  return dataSource;
}

async function faults(dataSource: DataSource, space: UserSpace<BaseUser>): Promise<string> {
  const issues = new Issues();
  await checkSchema(dataSource, space, issues);
  try {
    issues.throwIfAny();
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
}

async function drift(dataSource: DataSource): Promise<string[]> {
  return (await dataSource.driver.createSchemaBuilder().log()).upQueries.map(({ query }) => query);
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((dataSource) => dataSource.destroy()));
  await Promise.all(databases.splice(0).map((database) => database.drop()));
});

const engine = testEngine();
const namesOf = (users: string): string[] => [`CreateTables_${users}_1763769600000`, `CreateIdentities_${users}_1764374400000`];

describe(`The migrations on ${engine}`, () => {
  it('make exactly what the entities say', async () => {
    const dataSource = await connect(await freshDatabase(), plain);
    expect(await drift(dataSource)).not.toEqual([]);
    await Migrator.run(dataSource, plain, clock);
    expect(await drift(dataSource)).toEqual([]);
    expect(await faults(dataSource, plain)).toBe('');
  });

  it('go up, down and up again, and leave the rows of other tables alone [B-148]', async () => {
    const dataSource = await connect(await freshDatabase(), plain, {
      entities: [...plain.entities, Note],
      migrations: migrationsFor(plain.tables, plain.user),
    });
    const runner = dataSource.createQueryRunner();
    await runner.query(
      engine === 'mariadb'
        ? 'CREATE TABLE notes (id int AUTO_INCREMENT PRIMARY KEY, text varchar(100) NOT NULL)'
        : engine === 'postgres'
          ? 'CREATE TABLE notes (id serial PRIMARY KEY, text varchar(100) NOT NULL)'
          : 'CREATE TABLE "notes" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "text" varchar(100) NOT NULL)',
    );
    await dataSource.manager.insert(Note, { text: 'mine' });
    await dataSource.runMigrations();
    expect(await faults(dataSource, plain)).toBe('');
    for (const _ of plain.migrations) await dataSource.undoLastMigration();
    for (const table of ['users', 'sessions', 'identities', 'state'] as const)
      expect(await runner.hasTable(plain.tables[table])).toBe(false);
    await dataSource.runMigrations();
    expect(await drift(dataSource)).toEqual([]);
    expect(await dataSource.manager.find(Note)).toMatchObject([{ text: 'mine' }]);
    await runner.release();
  });

  it('stand side by side for two spaces, in one list as well', async () => {
    const dataSource = await connect(await freshDatabase(), plain, {
      entities: [...plain.entities, ...staff.entities],
      migrations: [...migrationsFor(plain.tables), ...migrationsFor(staff.tables)],
    });
    await dataSource.runMigrations();
    expect(await drift(dataSource)).toEqual([]);
    expect(await Migrator.run(dataSource, staff, clock)).toEqual(namesOf('staff_users'));
    expect(await faults(dataSource, staff)).toBe('');
  });

  it("honour the DataSource's entityPrefix", async () => {
    const dataSource = await connect(await freshDatabase(), plain, { entityPrefix: 'shop_' });
    await Migrator.run(dataSource, plain, clock);
    expect(await drift(dataSource)).toEqual([]);
    const runner = dataSource.createQueryRunner();
    expect(await runner.hasTable('shop_auth_migrations')).toBe(true);
    expect(await runner.hasTable('auth_users')).toBe(false);
    await runner.release();
  });

  it("refer to the host's user table under its own name, and never drop it", async () => {
    const dataSource = await connect(await freshDatabase(), people, { migrations: migrationsFor(people.tables, people.user) });
    await dataSource.runMigrations();
    expect(await faults(dataSource, people)).toMatch(
      /people has no column company; add a column of your own user class in a migration of yours/,
    );
    await dataSource.query("ALTER TABLE people ADD company varchar(80) DEFAULT '' NOT NULL");
    expect(await faults(dataSource, people)).toBe('');
    expect(await drift(dataSource)).toEqual([]);
    const id = '019b0000-0000-7000-8000-000000000001';
    await dataSource.manager.insert(Person, { id, company: 'Acme', sortKey: '', createdAt: clock.now(), updatedAt: clock.now() });
    for (const _ of people.migrations) await dataSource.undoLastMigration();
    const runner = dataSource.createQueryRunner();
    expect([await runner.hasTable('people'), await runner.hasTable('people_auth_sessions')]).toEqual([true, false]);
    await runner.release();
    await dataSource.runMigrations();
    expect(await drift(dataSource)).toEqual([]);
    expect(await dataSource.manager.find(Person)).toMatchObject([{ id, company: 'Acme' }]);
  });

  it('leave migrations of the host that wait undone, and its record of them alone', async () => {
    class HostsOwn1893456000000 {
      up(): Promise<void> {
        return Promise.reject(new Error('Nobody asked for this one.'));
      }
      async down(): Promise<void> {}
    }
    const dataSource = await connect(await freshDatabase(), plain, { migrations: [HostsOwn1893456000000] });
    expect(await Migrator.run(dataSource, plain, clock)).toEqual(namesOf('auth_users'));
    const runner = dataSource.createQueryRunner();
    expect(await runner.hasTable('migrations')).toBe(false);
    await runner.release();
    expect(await dataSource.showMigrations()).toBe(true);
    await expect(dataSource.runMigrations()).rejects.toThrow('Nobody asked for this one.');
  });

  it('run once when sixteen nodes start together [B-148]', async () => {
    const database = await freshDatabase();
    const nodes = await Promise.all(Array.from({ length: 16 }, () => connect(database, plain, { poolSize: 2 })));
    const ran = await Promise.all(nodes.map((node) => Migrator.run(node, plain, clock)));
    expect(ran.flat()).toEqual(namesOf('auth_users'));
    const [first] = nodes as [DataSource];
    expect(await first.query('SELECT * FROM auth_migrations')).toHaveLength(plain.migrations.length);
    expect(await drift(first)).toEqual([]);
  });

  it('end what a crash or another way of migrating left half done', async () => {
    const dataSource = await connect(await freshDatabase(), plain, { migrations: migrationsFor(plain.tables) });
    await dataSource.runMigrations();
    await dataSource.query('DROP TABLE auth_attempts');
    expect(await faults(dataSource, plain)).toMatch(/the tables auth_attempts are missing; set migrate: true, or add usersMigrations/);
    await Migrator.run(dataSource, plain, clock);
    expect(await drift(dataSource)).toEqual([]);
  });

  it('are refused beside synchronize: true', async () => {
    const dataSource = await connect(await freshDatabase(), plain, { synchronize: true });
    await expect(Migrator.run(dataSource, plain, clock)).rejects.toThrow(/migrate: true and synchronize: true do not go together/);
  });

  it('leave every rule of the tables to the database: unique keys, and rows that go with their user', async () => {
    const dataSource = await connect(await freshDatabase(), plain);
    await Migrator.run(dataSource, plain, clock);
    const [id, other] = ['019b0000-0000-7000-8000-000000000001', '019b0000-0000-7000-8000-000000000002'];
    const user = { createdAt: clock.now(), updatedAt: clock.now(), usernameKey: 'ann', sortKey: 'ann' };
    await dataSource.manager.insert(plain.user, { id, ...user });
    await expect(dataSource.manager.insert(plain.user, { id: other, ...user })).rejects.toThrow();
    await expect(dataSource.query(`INSERT INTO auth_state (${dataSource.driver.escape('key')}) VALUES (NULL)`)).rejects.toThrow();
    await dataSource.query(
      `INSERT INTO auth_passwords (${['userId', 'hash', 'changedAt'].map((name) => dataSource.driver.escape(name)).join()}) VALUES ('${id}', 'x', 1)`,
    );
    // What users are sorted by, however it was written.
    for (const [column, value] of [
      ['sortKey', "'bob'"],
      ['usernameKey', 'NULL'],
    ] as const)
      await expect(dataSource.query(`UPDATE auth_users SET ${dataSource.driver.escape(column)} = ${value}`)).rejects.toThrow(/sortKey_ck/);
    await dataSource.manager.delete(plain.user, { id });
    expect(await dataSource.query('SELECT * FROM auth_passwords')).toEqual([]);
  });
});

if (engine === 'mariadb') {
  describe('The migrations on MariaDB', () => {
    it('compare keys byte by byte, trailing spaces too, in tables of utf8mb4, whatever the database was made with', async () => {
      const database = await freshDatabase();
      const dataSource = await connect(database, plain);
      await dataSource.query(`ALTER DATABASE ${String(dataSource.options.database)} CHARACTER SET latin1`);
      await Migrator.run(dataSource, plain, clock);
      const columns = (await dataSource.query(
        "SELECT CONCAT(TABLE_NAME, '.', COLUMN_NAME) AS name, COLLATION_NAME AS collation FROM information_schema.COLUMNS " +
          'WHERE TABLE_SCHEMA = DATABASE() AND COLLATION_NAME IS NOT NULL',
      )) as { name: string; collation: string }[];
      expect(
        columns
          .filter(({ collation }) => collation === 'utf8mb4_nopad_bin')
          .map(({ name }) => name)
          .sort(),
      ).toEqual([
        'auth_attempts.key',
        'auth_devices.key',
        'auth_identities.provider',
        'auth_identities.subject',
        'auth_migrations.name',
        'auth_passwords.hash',
        'auth_sessions.kind',
        'auth_sessions.secretHash',
        'auth_state.key',
        'auth_tokens.purpose',
        'auth_tokens.secretHash',
        'auth_tokens.sentTo',
        'auth_users.emailKey',
        'auth_users.sortKey',
        'auth_users.usernameKey',
      ]);
      expect(columns.filter(({ collation }) => !collation.startsWith('utf8mb4_'))).toEqual([]);
      expect(await drift(dataSource)).toEqual([]);
      const keys = ['ann@x.org', 'Ann@x.org', 'änn@x.org', 'ann@x.org '];
      for (const [index, emailKey] of keys.entries()) {
        const id = `019b0000-0000-7000-8000-00000000000${index}`;
        await dataSource.manager.insert(plain.user, { id, emailKey, sortKey: emailKey, createdAt: clock.now(), updatedAt: clock.now() });
      }
      expect(await dataSource.manager.countBy(plain.user, { emailKey: 'ann@x.org' })).toBe(1);
    });

    it('are what start-up asks for when a key column ignores case', async () => {
      const dataSource = await connect(await freshDatabase(), plain, { synchronize: true });
      expect(await faults(dataSource, plain)).toMatch(
        /the column emailKey of auth_users compares by utf8mb4_general_ci, which takes different names/,
      );
    });
  });
}

if (engine === 'postgres') {
  describe('The migrations on PostgreSQL', () => {
    it.each([
      ['citext', 'CREATE EXTENSION citext', 'citext'],
      [
        'any_case',
        "CREATE COLLATION any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
        'varchar(255) COLLATE any_case',
      ],
    ])('are what start-up asks for when a key column ignores case (%s)', async (by, set, type) => {
      const database = await freshDatabase();
      const dataSource = await connect(database, plain);
      await Migrator.run(dataSource, plain, clock);
      expect(await faults(dataSource, plain)).toBe('');
      await dataSource.query(set);
      await dataSource.query(`ALTER TABLE auth_users ALTER COLUMN "emailKey" TYPE ${type}`);
      const asked = `the column emailKey of auth_users compares by ${by}, which takes different names`;
      expect(await faults(dataSource, plain)).toMatch(asked);
    });

    it("honour the DataSource's schema", async () => {
      const database = await freshDatabase();
      const admin = await connect(database, plain);
      await admin.query('CREATE SCHEMA "my shop"');
      const dataSource = await connect(database, plain, { schema: 'my shop', entityPrefix: 'a_' });
      await Migrator.run(dataSource, plain, clock);
      expect(await drift(dataSource)).toEqual([]);
      expect(await faults(dataSource, plain)).toBe('');
      expect(await admin.query(`SELECT to_regclass('auth_users') AS a, to_regclass('"my shop".a_auth_users')::text AS b`)).toEqual([
        { a: null, b: '"my shop".a_auth_users' },
      ]);
    });
  });
}

describe('The start-up check', () => {
  it('names all missing tables in one sentence with the mend', async () => {
    const dataSource = await connect(await freshDatabase('sqlite'), plain);
    const message = await faults(dataSource, plain);
    expect(message.match(/missing/g)).toHaveLength(1);
    expect(message).toContain(
      'auth_users, auth_passwords, auth_sessions, auth_tokens, auth_devices, auth_identities, auth_attempts, auth_state',
    );
  });

  it("refuses an entity of the host's on one of our tables", async () => {
    @Entity('auth_state')
    class Intruder {
      @PrimaryGeneratedColumn() id!: number;
    }
    const dataSource = await connect(await freshDatabase('sqlite'), plain, { entities: [...plain.entities, Intruder] });
    await Migrator.run(dataSource, plain, clock);
    expect(await faults(dataSource, plain)).toMatch(/the entity Intruder is mapped on our table auth_state; give it another table/);
  });

  it('says so when the DataSource does not know our entities', async () => {
    const dataSource = await connect(await freshDatabase('sqlite'), plain, { entities: [Note] });
    expect(await faults(dataSource, plain)).toMatch(/does not know User, UserPassword.*autoLoadEntities: true/);
  });
});
