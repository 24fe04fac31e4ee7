import type { DataSource } from 'typeorm';
import type { Engine } from './database.js';

const QUERIES: Record<Engine, readonly string[]> = {
  sqlite: ["SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name"],
  postgres: [
    "SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default, ordinal_position FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2",
    "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
    "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1",
    "SELECT viewname, definition FROM pg_views WHERE schemaname = 'public' ORDER BY 1",
  ],
  mariadb: ['SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() ORDER BY 1'],
};

/** All that the engine's own catalogue says about tables, columns, indexes, keys and views, as texts. */
export async function schemaDump(dataSource: DataSource, engine: Engine): Promise<string[]> {
  const rows: unknown[] = [];
  for (const query of QUERIES[engine]) rows.push(...((await dataSource.query(query)) as unknown[]));
  if (engine === 'mariadb') {
    for (const { name } of rows.splice(0) as { name: string }[])
      rows.push(...((await dataSource.query(`SHOW CREATE TABLE \`${name}\``)) as unknown[]));
  }
  // How many rows once were there is no part of a schema.
  return rows.map((row) =>
    JSON.stringify(row)
      .replaceAll(String(dataSource.options.database), 'db')
      .replace(/ AUTO_INCREMENT=\d+/, ''),
  );
}
