import type { DataSource } from 'typeorm';
import type { BetterSqlite3Driver } from 'typeorm/driver/better-sqlite3/BetterSqlite3Driver.js';
import type { BetterSqlite3QueryRunner } from 'typeorm/driver/better-sqlite3/BetterSqlite3QueryRunner.js';
import { ConnectionLock } from './connection-lock.js';
import { PreparedStatements, SafeQueryRunner, type SharedConnection, type SqliteConnection } from './safe-query-runner.js';

export interface SqliteSafetyOptions {
  /** How long a query waits for the connection, in milliseconds. @default 5000 */
  readonly longestWait?: number;
}

const LONGEST_WAIT = 5_000;
const safe = new WeakSet<DataSource>();

/**
 * Makes parallel work on TypeORM's better-sqlite3 DataSource safe. That driver has one connection and one query runner for everybody:
 * parallel transactions fail, writes of others land inside an open one and go with its rollback, plain reads see what is not committed.
 * Afterwards every caller has a query runner of its own, a transaction has the connection to itself, and all others wait, first come first
 * served. It concerns everybody who uses this DataSource; on other engines, and the second time, it does nothing.
 */
export function makeSqliteSafe(dataSource: DataSource, { longestWait = LONGEST_WAIT }: SqliteSafetyOptions = {}): void {
  if (dataSource.options.type !== 'better-sqlite3' || safe.has(dataSource)) return;
  safe.add(dataSource);
  const driver = dataSource.driver as BetterSqlite3Driver;
  const known = new WeakMap<SqliteConnection, SharedConnection>();
  const shared = (): SharedConnection => {
    if (!driver.databaseConnection) throw new Error('The DataSource is not initialised: call its initialize() first.');
    // A DataSource that was destroyed and initialised again has another connection, whose lock nobody holds.
    const connection = driver.databaseConnection as SqliteConnection;
    const found = known.get(connection) ?? share(connection, driver, longestWait);
    known.set(connection, found);
    return found;
  };
  if (driver.queryRunner !== undefined) SafeQueryRunner.adopt(driver.queryRunner as BetterSqlite3QueryRunner, shared());
  driver.createQueryRunner = () => new SafeQueryRunner(driver, shared());
}

function share(connection: SqliteConnection, driver: BetterSqlite3Driver, longestWait: number): SharedConnection {
  // The runners wait for other processes themselves, without stopping the event loop.
  connection.pragma('busy_timeout = 0');
  return {
    connection,
    lock: new ConnectionLock(longestWait),
    statements: new PreparedStatements(),
    busyTimeout: driver.options.timeout ?? LONGEST_WAIT,
  };
}
