import type { Dialect } from './dialect.js';
import type { SchemaSite } from './schema-site.js';
import { StatementsMigration } from './statements.migration.js';
import { statementsFor, type TableShape } from './table-shape.js';

/** In the order in which they are made: a table stands behind what it refers to. */
function firstTables({ id, instant, json, flag, count, text, key }: Dialect): TableShape[] {
  const must = (type: string): string => `${type} NOT NULL`;
  return [
    {
      name: 'users',
      columns: {
        ...{ id: must(id), username: text(255), usernameKey: key(255), email: text(255), emailKey: key(255), sortKey: must(key(255)) },
        ...{ displayName: text(255), isAdmin: flag, isService: flag, roles: json, permissions: json, profile: json, data: json },
        ...{ mustChangePassword: flag, activatedAt: instant, emailConfirmedAt: instant, disabledAt: instant, bannedAt: instant },
        ...{
          bannedUntil: instant,
          banReason: text(500),
          bannedById: id,
          createdAt: must(instant),
          updatedAt: must(instant),
          lastLoginAt: instant,
        },
      },
      uniques: [['usernameKey'], ['emailKey']],
      indexes: [['bannedById'], ['activatedAt', 'id'], ['sortKey', 'id'], ['isAdmin', 'sortKey', 'id']],
      checks: {
        sortKey: (quote) => `${quote('sortKey')} = COALESCE(${quote('usernameKey')}, ${quote('emailKey')}, ${quote('email')}, '')`,
      },
    },
    {
      name: 'passwords',
      columns: { userId: must(id), hash: must(key(512)), changedAt: must(instant), failures: count, disabledAt: instant },
      ofUser: true,
    },
    {
      name: 'sessions',
      columns: {
        ...{ id: must(id), userId: must(id), secretHash: must(key(64)), kind: must(key(16)), actorId: id, acting: json, needs: json },
        ...{
          createdAt: must(instant),
          lastSeenAt: must(instant),
          authenticatedAt: must(instant),
          endsAt: instant,
          fixed: flag,
          remember: flag,
        },
        ...{ ip: text(45), userAgent: text(512), deviceName: text(100), resourceRoles: json, data: json, apiKey: json, uses: count },
      },
      indexes: [['userId'], ['endsAt']],
      ofUser: true,
    },
    {
      name: 'tokens',
      columns: {
        ...{ id: must(id), userId: must(id), purpose: must(key(32)), secretHash: must(key(64)), sentTo: key(255), data: json },
        ...{ createdAt: must(instant), expiresAt: must(instant), consumedAt: instant },
      },
      uniques: [['userId', 'purpose']],
      indexes: [['expiresAt']],
      ofUser: true,
    },
    {
      name: 'devices',
      columns: { key: must(key(64)), userId: must(id), createdAt: must(instant), lastSeenAt: must(instant) },
      indexes: [['userId'], ['lastSeenAt']],
      ofUser: true,
    },
    {
      name: 'attempts',
      columns: { key: must(key(64)), windowAt: must(instant), count, blockedUntil: instant },
      indexes: [['windowAt']],
    },
    { name: 'state', columns: { key: must(key(64)), value: json } },
  ];
}

/** Makes the tables of the first release; what is already there is left alone, so that a second run ends what a crash cut short. */
export abstract class CreateTablesMigration extends StatementsMigration {
  override upStatements(site: SchemaSite): string[] {
    return firstTables(site.dialect).flatMap((table) => statementsFor(table, site));
  }

  /** Drops our tables with all that is in them. A host's own user table stays. */
  override downStatements(site: SchemaSite): string[] {
    const dropped = firstTables(site.dialect).filter(({ name }) => name !== 'users' || site.ownsUsers);
    return dropped.reverse().map(({ name }) => `DROP TABLE IF EXISTS ${site.path(name)}`);
  }
}
