import { afterEach, describe, expect, it } from '@jest/globals';
import { defineUsers, usersMigrationsSql } from 'nestjs-users';
import { auditLogSchema } from 'nestjs-users/audit-log';
import { DataSource, type DataSourceOptions, type EntityMetadata } from 'typeorm';
import { Migrator } from '../../lib/persistence/migrator.js';
import { ENGINES, type Engine, testDatabase, type TestDatabase, testEngine } from '../support/database.js';
import { rowsOf, SCHEMA_PAGE, sectionOf, sqlOf } from '../support/schema-page.js';

const plain = defineUsers();
const engine = testEngine();
const opened: DataSource[] = [];
const databases: TestDatabase[] = [];

async function connect(entities = plain.entities): Promise<DataSource> {
  const database = await testDatabase();
  databases.push(database);
  const dataSource = await new DataSource({ ...database.options, entities } as DataSourceOptions).initialize();
  opened.push(dataSource);
  return dataSource;
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((dataSource) => dataSource.destroy()));
  await Promise.all(databases.splice(0).map((database) => database.drop()));
});

/** `column -> 'type'` of each table, as the page says it. */
function saidTypes(page: string, one: Engine): Record<string, string[]> {
  const kinds = new Map(
    rowsOf(sectionOf(page, 'Kinds of columns'), 'kind').map(([kind = '', ...types]) => [kind, types[ENGINES.indexOf(one)] ?? '']),
  );
  const typeOf = (kind: string, isNull: string): string => {
    const [, length] = /\((\d+)\)/.exec(kind) ?? [];
    const type =
      kinds
        .get(kind.replace(/\d+/, 'n'))
        ?.replaceAll('`', '')
        .replace('(n)', `(${length ?? ''})`) ?? `no such kind: ${kind}`;
    return isNull === 'yes' || type.includes('NOT NULL') ? type : `${type} NOT NULL`;
  };
  return Object.fromEntries(
    tablesOf(page).map((table) => [
      table,
      rowsOf(sectionOf(page, table), 'column').map(([name = '', kind = '', isNull = '']) => `${name} ${typeOf(kind, isNull)}`),
    ]),
  );
}

/** The same, as the migrations make it. */
function madeTypes(one: Engine): Record<string, string[]> {
  const made = usersMigrationsSql({ engine: one }).flatMap(({ up }) =>
    up.map((statement) => /^CREATE TABLE IF NOT EXISTS .(\w+). \((.*)\)/.exec(statement)),
  );
  return Object.fromEntries(
    made.flatMap((match) => {
      if (match === null || match[1] === 'auth_migrations') return [];
      const columns = (match[2] ?? '').split(', ').filter((part) => /^["`]\w+["`] /.test(part));
      return [[match[1], columns.map((column) => column.replace(/^.(\w+)./, '$1'))]];
    }),
  );
}

const tablesOf = (page: string): string[] => [...page.matchAll(/^## (auth_\w+)$/gm)].map(([, name]) => name ?? '');

interface Said {
  readonly columns: string[];
  readonly indexes: string[];
  readonly keys: string[];
  readonly checks: string[];
}

function saidOf(page: string, table: string): Said {
  const section = sectionOf(page, table);
  return {
    columns: rowsOf(section, 'column').map(([name = '', , isNull = '']) => `${name} ${isNull}`),
    indexes: rowsOf(section, 'index').map(([name = '', columns = '', unique = '']) => `${name} (${columns.replaceAll('`', '')}) ${unique}`),
    keys: [...section.matchAll(/^Foreign key: `(\w+)`, `(\w+)` to `(\w+\.\w+)`, `ON DELETE (\w+)`/gm)].map((match) =>
      match.slice(1).join(' '),
    ),
    checks: [...section.matchAll(/^Check: `(\w+)`, `([^`]+)`/gm)].map((match) => match.slice(1).join(' ')),
  };
}

function knownOf({ columns, indices, primaryColumns, foreignKeys, checks }: EntityMetadata): Said {
  const names = (list: readonly { databaseName: string }[]): string => list.map(({ databaseName }) => databaseName).join(', ');
  return {
    columns: columns.map((column) => `${column.databaseName} ${column.isNullable ? 'yes' : 'no'}`),
    indexes: [
      `primary key (${names(primaryColumns)}) yes`,
      ...indices.map((index) => `${index.name} (${names(index.columns)}) ${index.isUnique ? 'yes' : 'no'}`),
    ],
    keys: foreignKeys.map(
      (key) => `${key.name} ${names(key.columns)} ${key.referencedTablePath}.${names(key.referencedColumns)} ${key.onDelete ?? ''}`,
    ),
    checks: checks.map(({ name, expression }) => `${name} ${expression.replaceAll('"', '')}`),
  };
}

const sorted = ({ columns, indexes, keys, checks }: Said): Said => ({
  ...{ columns: columns.sort(), indexes: indexes.sort() },
  ...{ keys: keys.sort(), checks: checks.sort() },
});

describe('docs/schema.md', () => {
  it('lists just the tables, columns, indexes and foreign keys that there are', async () => {
    const { entityMetadatas } = await connect();
    expect(tablesOf(SCHEMA_PAGE).sort()).toEqual(entityMetadatas.map(({ tableName }) => tableName).sort());
    for (const metadata of entityMetadatas) expect(sorted(saidOf(SCHEMA_PAGE, metadata.tableName))).toEqual(sorted(knownOf(metadata)));
  });

  it('lists the table of each extension, with its columns, indexes and foreign keys', async () => {
    const added = auditLogSchema(plain).entities;
    const { entityMetadatas } = await connect([...plain.entities, ...added]);
    const ofExtensions = entityMetadatas.filter(({ target }) => added.some((entity) => entity === target));
    const listed = [...SCHEMA_PAGE.matchAll(/^## (Of an extension: (\w+))$/gm)].map(([, heading = '', table]) => ({ heading, table }));
    expect(listed.map(({ table }) => table)).toEqual(ofExtensions.map(({ tableName }) => tableName));
    for (const [at, { heading }] of listed.entries())
      expect(sorted(saidOf(SCHEMA_PAGE, heading))).toEqual(sorted(knownOf(ofExtensions[at]!)));
  });

  it.each(ENGINES)('says each column’s type on %s as the migrations make it', (one) =>
    expect(saidTypes(SCHEMA_PAGE, one)).toEqual(madeTypes(one)),
  );

  it('gives each index a query, and each kind of column a meaning', () => {
    const rows = tablesOf(SCHEMA_PAGE).flatMap((table) => rowsOf(sectionOf(SCHEMA_PAGE, table), 'index'));
    expect(rows.filter((row) => (row[3] ?? '').length < 10)).toEqual([]);
    expect(rows.length).toBeGreaterThan(10);
  });

  it('lists each migration', () => {
    const listed = rowsOf(sectionOf(SCHEMA_PAGE, 'Migrations'), 'migration').map(([name]) => name);
    expect(listed).toEqual(usersMigrationsSql({ engine: 'sqlite' }).map(({ name }) => name));
  });

  it('grants rights on each table, on both engines that have roles', () => {
    const granted = sqlOf(sectionOf(SCHEMA_PAGE, 'Grants for an app role without DDL')).map((sql) =>
      [...new Set(sql.match(/auth_\w+/g))].sort(),
    );
    expect(granted).toEqual([tablesOf(SCHEMA_PAGE).sort(), tablesOf(SCHEMA_PAGE).sort()]);
  });

  it('would be found out if it left a column away, named one too many or another type', () => {
    const without = SCHEMA_PAGE.replace(/^\| `lastSeenAt` .*\n/m, '');
    const other = SCHEMA_PAGE.replace(
      '| key(64)   | no   | SHA-256 of the token in hex: nothing',
      '| key(63)   | no   | SHA-256 of the token in hex: nothing',
    );
    for (const page of [without, other]) {
      expect(page).not.toBe(SCHEMA_PAGE);
      expect(saidTypes(page, 'sqlite')).not.toEqual(madeTypes('sqlite'));
    }
  });
});

const ROWS = 100_000;

/** Sessions as a busy site has them, in the order of time. */
const FILL = [
  `INSERT INTO auth_users (id, "sortKey", "createdAt", "updatedAt") SELECT md5('u' || i)::uuid, '', 0, 0 FROM generate_series(1, 40000) i`,
  `INSERT INTO auth_sessions (id, "userId", "secretHash", kind, "createdAt", "lastSeenAt", "authenticatedAt", "endsAt", ip, "userAgent")
   SELECT (lpad(to_hex(at), 12, '0') || substr(md5(i::text), 1, 20))::uuid, md5('u' || (1 + i * 7919 % 40000))::uuid, md5(i::text) || md5('x' || i),
     'session', at, at, at, at + 2592000000, '203.0.113.' || i % 250,
     'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36'
   FROM (SELECT i, 1767323045000 + i * 1000 AS at FROM generate_series(1::bigint, ${ROWS}) i) rows`,
];

if (engine === 'postgres') {
  describe('docs/schema.md on PostgreSQL', () => {
    it('says how many bytes a session takes with its indexes', async () => {
      const dataSource = await connect();
      await Migrator.run(dataSource, plain, { now: () => new Date(0) });
      for (const statement of FILL) await dataSource.query(statement);
      const [size] = (await dataSource.query(`SELECT pg_total_relation_size('auth_sessions') AS bytes`)) as [{ bytes: string }];
      const said = Number(/\*\*(\d+) bytes per session row\*\*/.exec(SCHEMA_PAGE)?.[1]);
      expect(Math.abs(Number(size.bytes) / ROWS / said - 1)).toBeLessThan(0.05);
    }, 60_000);
  });
}
