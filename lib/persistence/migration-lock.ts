import { createHash } from 'node:crypto';
import type { QueryRunner } from 'typeorm';
import { dataSourceOf } from './data-source-of.js';

/** How long one node waits while another migrates, in seconds. */
const LONGEST_WAIT = 120;

/**
 * Runs `task` while no other node, process or DataSource runs it for the same `name`.
 *
 * On PostgreSQL and SQLite it is one transaction: all of it happens, or nothing. MariaDB commits each statement that changes a table.
 *
 * @throws Error when another holds the lock for longer than two minutes.
 */
export function underMigrationLock<T>(runner: QueryRunner, name: string, task: () => Promise<T>): Promise<T> {
  const { type } = dataSourceOf(runner).options;
  if (type === 'postgres') return inTransaction(runner, () => lockPostgres(runner, name).then(task));
  if (type === 'mariadb' || type === 'mysql') return underNamedLock(runner, name, task);
  return inTransaction(runner, task);
}

async function inTransaction<T>(runner: QueryRunner, task: () => Promise<T>): Promise<T> {
  await runner.beforeMigration();
  try {
    return await runner.manager.transaction(task);
  } finally {
    await runner.afterMigration();
  }
}

/** Of the transaction, not of the session: a pooler between us and the server may change sessions. */
async function lockPostgres(runner: QueryRunner, name: string): Promise<void> {
  await runner.query(`SELECT set_config('lock_timeout', $1, true)`, [`${LONGEST_WAIT}s`]);
  await runner.query('SELECT pg_advisory_xact_lock($1)', [digest(name).readBigInt64BE().toString()]);
}

async function underNamedLock<T>(runner: QueryRunner, name: string, task: () => Promise<T>): Promise<T> {
  // The server's locks know no databases, and their names have 64 characters.
  const key = digest(`${String(await runner.getCurrentDatabase())}:${name}`)
    .toString('hex')
    .slice(0, 60);
  const [row] = (await runner.query('SELECT GET_LOCK(?, ?) AS got', [key, LONGEST_WAIT])) as { got: unknown }[];
  if (Number(row?.got) !== 1) throw new Error(`Another node holds the lock of the migrations (${name}) for more than ${LONGEST_WAIT} s.`);
  try {
    return await task();
  } finally {
    await runner.query('SELECT RELEASE_LOCK(?)', [key]);
  }
}

function digest(name: string): Buffer {
  return createHash('sha256').update(`nestjs-users:${name}`).digest();
}
