import type { Tables } from '../tables.js';
import type { Dialect } from './dialect.js';
import type { SchemaSite } from './schema-site.js';
import { StatementsMigration } from './statements.migration.js';

/** The shape of one table in the first release. Frozen: what changes later is another migration. */
interface FirstTable {
  readonly name: Exclude<keyof Tables, 'migrations'>;
  readonly columns: Readonly<Record<string, string>>;
  /** The first column is the primary key; these are the others' indexes. */
  readonly indexes?: readonly (readonly string[])[];
  readonly uniques?: readonly (readonly string[])[];
  readonly ofUser?: boolean;
}

/** In the order in which they are made: a table stands behind what it refers to. */
function firstTables({ id, instant, json, flag, count, text, key }: Dialect): FirstTable[] {
  const must = (type: string): string => `${type} NOT NULL`;
  return [
    {
      name: 'users',
      columns: {
        ...{ id: must(id), username: text(255), usernameKey: key(255), email: text(255), emailKey: key(255), displayName: text(255) },
        ...{ isAdmin: flag, isService: flag, roles: json, permissions: json, profile: json, data: json, mustChangePassword: flag },
        ...{ activatedAt: instant, emailConfirmedAt: instant, disabledAt: instant, bannedAt: instant, bannedUntil: instant },
        ...{ banReason: text(500), bannedById: id, createdAt: must(instant), updatedAt: must(instant), lastLoginAt: instant },
      },
      uniques: [['usernameKey'], ['emailKey']],
      indexes: [['bannedById'], ['activatedAt', 'id']],
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

function statementsFor(table: FirstTable, site: SchemaSite): string[] {
  const { dialect, quote } = site;
  const indexes = indexesOf(table, site);
  const parts = [
    ...Object.entries(table.columns).map(([name, type]) => `${quote(name)} ${type}`),
    `PRIMARY KEY (${Object.keys(table.columns).slice(0, 1).map(quote).join()})`,
    ...(dialect.indexesInTable ? indexes.map(({ kind, name, columns }) => `${kind} ${name} (${columns})`) : []),
    ...(table.ofUser === true ? [foreignKey(table, site)] : []),
  ];
  const path = site.path(table.name);
  return [
    `CREATE TABLE IF NOT EXISTS ${path} (${parts.join(', ')})${dialect.tableOptions}`,
    ...(dialect.indexesInTable
      ? []
      : indexes.map(({ kind, name, columns }) => `CREATE ${kind} IF NOT EXISTS ${name} ON ${path} (${columns})`)),
  ];
}

function indexesOf(
  { name, uniques = [], indexes = [] }: FirstTable,
  { tables, quote }: SchemaSite,
): { kind: string; name: string; columns: string }[] {
  const kinds = [
    ...uniques.map((columns) => ({ kind: 'UNIQUE INDEX', columns })),
    ...indexes.map((columns) => ({ kind: 'INDEX', columns })),
  ];
  return kinds.map(({ kind, columns }) => ({
    kind,
    name: quote(`${tables[name]}_${columns.join('_')}`),
    columns: columns.map(quote).join(', '),
  }));
}

function foreignKey({ name }: FirstTable, { tables, quote, path }: SchemaSite): string {
  const constraint = quote(`${tables[name]}_userId_fk`);
  return `CONSTRAINT ${constraint} FOREIGN KEY (${quote('userId')}) REFERENCES ${path('users')} (${quote('id')}) ON DELETE CASCADE ON UPDATE NO ACTION`;
}
