import type { SchemaSite } from './schema-site.js';

/** Makes the table in which `migrate: true` notes what ran. */
export function logTable({ dialect, quote, path }: SchemaSite): string {
  const columns = `${quote('name')} ${dialect.key(255)} NOT NULL PRIMARY KEY, ${quote('ranAt')} ${dialect.instant} NOT NULL`;
  return `CREATE TABLE IF NOT EXISTS ${path('migrations')} (${columns})${dialect.tableOptions}`;
}

/** Notes a migration that somebody runs by hand; a second time changes nothing. */
export function logEntry({ dialect, quote, path }: SchemaSite, name: string): string {
  const text = textOf(name);
  const known = `SELECT 1 FROM ${path('migrations')} WHERE ${quote('name')} = ${text}`;
  return `INSERT INTO ${path('migrations')} (${quote('name')}, ${quote('ranAt')}) SELECT ${text}, ${dialect.now} WHERE NOT EXISTS (${known})`;
}

/** Forgets a migration that somebody undid by hand. */
export function logRemoval({ quote, path }: SchemaSite, name: string): string {
  return `DELETE FROM ${path('migrations')} WHERE ${quote('name')} = ${textOf(name)}`;
}

const textOf = (name: string): string => `'${name.replaceAll("'", "''")}'`;
