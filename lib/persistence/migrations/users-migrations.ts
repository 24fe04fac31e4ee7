import type { MigrationInterface } from 'typeorm';
import type { TableOwner } from '../table-paths.js';
import type { Tables } from '../tables.js';
import { CreateIdentitiesMigration } from './create-identities.migration.js';
import { CreateTablesMigration } from './create-tables.migration.js';
import { ReadableViewsMigration } from './readable-views.migration.js';
import type { StatementsMigration } from './statements.migration.js';

/** A migration as TypeORM takes it in `migrations: [...]`. */
export type MigrationClass = new () => MigrationInterface & { readonly name: string };

/**
 * The migrations of one space, oldest first. A name holds the space's tables, so that two spaces can stand in one list, and ends in the
 * instant that TypeORM sorts by. Released ones never change; each may find its work done already, since a host can change from `migrate: true`
 * to a list of his own and back.
 *
 * @param user the host's user class, which may sit on a table of its own.
 */
export function migrationsFor(tables: Tables, user?: new () => object): (new () => StatementsMigration)[] {
  const owner = ownerOf(tables, user);
  return [
    class extends CreateTablesMigration {
      readonly name = `CreateTables_${tables.users}_1763769600000`;
      protected readonly owner = owner;
    },
    class extends CreateIdentitiesMigration {
      readonly name = `CreateIdentities_${tables.users}_1764374400000`;
      protected readonly owner = owner;
    },
  ];
}

/** The optional views of one space: in nobody's list unless he puts it there. */
export function viewsMigrationFor(tables: Tables, user?: new () => object): new () => StatementsMigration {
  const owner = ownerOf(tables, user);
  return class extends ReadableViewsMigration {
    readonly name = `CreateReadableViews_${tables.users}_1763769600001`;
    protected readonly owner = owner;
  };
}

function ownerOf(tables: Tables, user: (new () => object) | undefined): TableOwner {
  return user === undefined ? { tables } : { tables, user };
}
