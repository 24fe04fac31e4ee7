import type { DataSource } from 'typeorm';

/** What every try may count, also a refused one. */
const COUNTERS = 'auth_attempts';

/** All rows of all tables but the counters, as texts in a fixed order: equal before and after means that nothing changed. */
export async function dumpOf(dataSource: DataSource): Promise<Record<string, string[]>> {
  const dump: Record<string, string[]> = {};
  for (const { tableName, tablePath } of dataSource.entityMetadatas) {
    if (tableName === COUNTERS) continue;
    const rows = (await dataSource.query(`SELECT * FROM ${tablePath}`)) as unknown[];
    dump[tableName] = rows.map((row) => JSON.stringify(row)).sort();
  }
  return dump;
}
