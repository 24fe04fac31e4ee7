import { defineUsers } from './define-users.js';
import { type MigrationSql, type MigrationsSqlOptions, migrationsSql } from './persistence/migrations/migrations-sql.js';
import { type MigrationClass, migrationsFor, viewsMigrationFor } from './persistence/migrations/users-migrations.js';
import type { EntityClass } from './persistence/space-entities.js';
import type { TableOwner } from './persistence/table-paths.js';
import { tablesOf } from './persistence/tables.js';

/** Our entities with the plain `User`, for a TypeORM command-line file. A space of one's own has them at `defineUsers(...).entities`. */
export function usersEntities(): EntityClass<object>[] {
  return defineUsers().entities;
}

/** Our migrations under the usual table names, for a host who runs them among his own instead of `migrate: true`. */
export const usersMigrations: readonly MigrationClass[] = migrationsFor(tablesOf('auth_'));

/**
 * The SQL of our migrations, to be read, and run by hand by whoever has the right to: the same schema as `migrate: true`, and noted as
 * done for it. Needs no database. What is there already is left alone.
 *
 * @throws Error for an engine that we do not know.
 */
export function usersMigrationsSql(options: MigrationsSqlOptions): MigrationSql[] {
  return migrationsSql(options);
}

/**
 * A migration that makes the views `auth_users_readable` and `auth_sessions_readable`: times as dates in UTC, no hashes. Not part of
 * {@link usersMigrations}: add it to your list if somebody reads the tables by hand. On PostgreSQL and SQLite undo it before you change
 * a column that it shows.
 *
 * @param space what `defineUsers()` returned, for another prefix or a user class on a table of its own. @default the usual tables
 */
export function usersViewsMigration({ tables, user }: TableOwner = { tables: tablesOf('auth_') }): MigrationClass {
  return viewsMigrationFor(tables, user);
}
