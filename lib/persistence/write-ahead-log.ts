import type { Database } from './database.js';

/**
 * Copies what stands in SQLite's write-ahead log into its file. SQLite does so by itself once a thousand pages have gathered, inside
 * somebody's commit, while all else in the process waits some twenty milliseconds; whoever writes much has it done after each batch, when
 * it is little. It waits for no reader and no writer, and does nothing on other engines, where no log is kept, and where the host has turned
 * SQLite's own copying off: then something else reads that log, a replication perhaps.
 */
export async function emptyLog(database: Database): Promise<void> {
  if (database.dataSource.options.type !== 'better-sqlite3' || database.isInTransaction) return;
  await database.ask(async (manager) => {
    const [row] = await manager.query<{ wal_autocheckpoint: number }[]>('PRAGMA wal_autocheckpoint');
    if (row?.wal_autocheckpoint !== 0) await manager.query('PRAGMA wal_checkpoint(PASSIVE)');
  });
}
