import { defineUsers } from './define-users.js';
import { type MigrationClass, migrationsFor } from './persistence/migrations/users-migrations.js';
import type { EntityClass } from './persistence/space-entities.js';
import { tablesOf } from './persistence/tables.js';

/** Our entities with the plain `User`, for a TypeORM command-line file. A space of one's own has them at `defineUsers(...).entities`. */
export function usersEntities(): EntityClass<object>[] {
  return defineUsers().entities;
}

/** Our migrations under the usual table names, for a host who runs them among his own instead of `migrate: true`. */
export const usersMigrations: readonly MigrationClass[] = migrationsFor(tablesOf('auth_'));
