import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource, type DataSourceOptions } from 'typeorm';

/** The engines on which every test of the database's behaviour runs. */
export const ENGINES = ['sqlite', 'postgres', 'mariadb'] as const;
export type Engine = (typeof ENGINES)[number];

/** What `new DataSource({ ...options, entities })` and `TypeOrmModule.forRoot({ ...options, entities })` take. */
export type DatabaseOptions = Extract<DataSourceOptions, { type: 'better-sqlite3' | 'postgres' | 'mysql' | 'mariadb' }>;

export interface TestDatabase {
  readonly engine: Engine;
  readonly options: DatabaseOptions;
  /** Deletes the database, even under open connections; a DataSource is destroyed before. */
  drop(): Promise<void>;
}

/** Where the servers listen. A test that stands between (a proxy) goes to the same place. */
export const SERVERS = {
  postgres: new URL(process.env['USERS_TEST_POSTGRES_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres'),
  mariadb: new URL(process.env['USERS_TEST_MARIADB_URL'] ?? 'mysql://root@127.0.0.1:3306'),
};

/** The engine of this run: the environment's `USERS_TEST_ENGINE`, or SQLite. */
export function testEngine(): Engine {
  const name = process.env['USERS_TEST_ENGINE'] ?? 'sqlite';
  const engine = ENGINES.find((one) => one === name);
  if (engine === undefined) throw new Error(`USERS_TEST_ENGINE=${name}: choose one of ${ENGINES.join(', ')}.`);
  return engine;
}

/**
 * A fresh empty database of its own, which nobody else knows.
 *
 * @param engine the run's engine by default; a test that concerns one engine alone, or all three, names it.
 */
export function testDatabase(engine: Engine = testEngine()): Promise<TestDatabase> {
  const name = `users_test_${process.pid}_${randomBytes(6).toString('hex')}`;
  return MAKERS[engine](name);
}

const MAKERS: Record<Engine, (name: string) => Promise<TestDatabase>> = {
  async sqlite(name) {
    const folder = await mkdtemp(join(tmpdir(), `${name}-`));
    return {
      engine: 'sqlite',
      options: { type: 'better-sqlite3', database: join(folder, 'data.sqlite'), prepareDatabase: withoutWaitingForTheDisk },
      drop: () => rm(folder, { recursive: true, force: true }),
    };
  },

  async postgres(name) {
    const url = new URL(SERVERS.postgres);
    url.pathname = `/${name}`;
    await onServer(
      { type: 'postgres', url: SERVERS.postgres.href },
      `CREATE DATABASE ${name}`,
      `ALTER DATABASE ${name} SET synchronous_commit = off`,
    );
    return {
      engine: 'postgres',
      options: { type: 'postgres', url: url.href },
      drop: () => onServer({ type: 'postgres', url: SERVERS.postgres.href }, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
    };
  },

  async mariadb(name) {
    const { hostname, port, username, password } = SERVERS.mariadb;
    const server = {
      type: 'mariadb' as const,
      host: hostname,
      port: port === '' ? 3306 : Number(port),
      username: decodeURIComponent(username),
      password: decodeURIComponent(password),
    };
    await onServer(server, `CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
    return {
      engine: 'mariadb',
      options: { ...server, database: name },
      drop: () => onServer(server, `DROP DATABASE IF EXISTS ${name}`),
    };
  },
};

/** Nobody will ask for these rows after a power cut. What a crash leaves is for test/crash, with databases of its own. */
function withoutWaitingForTheDisk(connection: { pragma(source: string): unknown }): void {
  connection.pragma('synchronous = OFF');
}

async function onServer(server: DatabaseOptions, ...statements: string[]): Promise<void> {
  const dataSource = await new DataSource(server).initialize();
  try {
    for (const statement of statements) await dataSource.query(statement);
  } finally {
    await dataSource.destroy();
  }
}
