import { type Tables, tablesOf } from '../tables.js';
import { dialectFor, type SqlEngine } from './dialect.js';
import { logEntry, logRemoval, logTable } from './migration-log.js';
import type { SchemaSite } from './schema-site.js';
import { migrationsFor, viewsMigrationFor } from './users-migrations.js';

/** For whom SQL is printed. The names must be those that the DataSource will give the tables; a naming strategy's are not known here. */
export interface MigrationsSqlOptions {
  readonly engine: SqlEngine;
  /** As in the module's options. @default 'auth_' */
  readonly tablePrefix?: string;
  /** As in the DataSource's options. @default none */
  readonly entityPrefix?: string;
  /** As in the DataSource's options. @default the connection's own */
  readonly schema?: string;
  /** The table of a user class of your own, as it is called in the database. `down` does not drop it. @default the one of the prefixes */
  readonly usersTable?: string;
  /** Whether the readable views follow. @default false */
  readonly views?: boolean;
}

/** One migration as statements, without semicolons, in the order in which they run. */
export interface MigrationSql {
  readonly name: string;
  readonly up: readonly string[];
  readonly down: readonly string[];
}

/** Writes down what the migrations would do on an engine, without a database and without its driver. */
export function migrationsSql(options: MigrationsSqlOptions): MigrationSql[] {
  const tables = tablesOf(options.tablePrefix ?? 'auth_');
  const site = printedSite(options, tables);
  const printed = migrationsFor(tables).map((Migration) => {
    const migration = new Migration();
    const up = [logTable(site), ...migration.upStatements(site), logEntry(site, migration.name)];
    return { name: migration.name, up, down: [...migration.downStatements(site), logRemoval(site, migration.name)] };
  });
  if (options.views !== true) return printed;
  const views = new (viewsMigrationFor(tables))();
  return [...printed, { name: views.name, up: views.upStatements(site), down: views.downStatements(site) }];
}

function printedSite({ engine, entityPrefix = '', schema, usersTable }: MigrationsSqlOptions, tables: Tables): SchemaSite {
  const dialect = dialectFor(engine);
  const { quote } = dialect;
  const inSchema = (name: string): string => (schema === undefined ? quote(name) : `${quote(schema)}.${quote(name)}`);
  const namedPath = (name: string): string => inSchema(`${entityPrefix}${name}`);
  const path = (table: keyof Tables): string =>
    table === 'users' && usersTable !== undefined ? inSchema(usersTable) : namedPath(tables[table]);
  const ownsUsers = path('users') === namedPath(tables.users);
  return { dialect, tables, ownsUsers, quote, path, namedPath };
}
