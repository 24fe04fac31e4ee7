import type { SchemaSite } from './schema-site.js';
import { StatementsMigration } from './statements.migration.js';

interface View {
  readonly of: 'users' | 'sessions';
  readonly columns: readonly string[];
}

/** Frozen, as the tables are. Neither hashes, nor keys, nor the free JSON of the host. An instant ends in `At`, or is named here. */
const VIEWS: readonly View[] = [
  {
    of: 'users',
    columns: [
      ...['id', 'username', 'email', 'displayName', 'isAdmin', 'isService', 'roles', 'permissions', 'mustChangePassword', 'activatedAt'],
      ...['emailConfirmedAt', 'disabledAt', 'bannedAt', 'bannedUntil', 'banReason', 'bannedById', 'createdAt', 'updatedAt', 'lastLoginAt'],
    ],
  },
  {
    of: 'sessions',
    columns: [
      ...['id', 'userId', 'kind', 'actorId', 'needs', 'createdAt', 'lastSeenAt', 'authenticatedAt', 'endsAt', 'fixed', 'remember'],
      ...['ip', 'userAgent', 'deviceName'],
    ],
  },
];

const isInstant = (column: string): boolean => column.endsWith('At') || column === 'bannedUntil';

/** Makes `auth_users_readable` and `auth_sessions_readable`: what a person may read, with times as dates in UTC. */
export abstract class ReadableViewsMigration extends StatementsMigration {
  override upStatements(site: SchemaSite): string[] {
    return VIEWS.map(({ of, columns }) => {
      const selected = columns.map((column) => selectionOf(column, site)).join(', ');
      return `${site.dialect.createView} ${viewPath(of, site)} AS SELECT ${selected} FROM ${site.path(of)}`;
    });
  }

  override downStatements(site: SchemaSite): string[] {
    return VIEWS.map(({ of }) => `DROP VIEW IF EXISTS ${viewPath(of, site)}`);
  }
}

function selectionOf(column: string, { dialect, quote }: SchemaSite): string {
  return isInstant(column) ? `${dialect.utc(quote(column))} AS ${quote(column)}` : quote(column);
}

function viewPath(of: View['of'], { tables, namedPath }: SchemaSite): string {
  return namedPath(`${tables[of]}_readable`);
}
