import type { DataSource, EntityMetadata, QueryRunner } from 'typeorm';
import type { Issues } from '../kernel/issues.js';
import { dataSourceOf } from './data-source-of.js';
import type { EntityClass } from './space-entities.js';
import type { Tables } from './tables.js';

/** What the start-up check needs to know of a user space. */
export interface CheckedSpace {
  readonly tables: Tables;
  readonly entities: readonly EntityClass<object>[];
}

interface ColumnFact {
  readonly name: string;
  /** By what it compares, where that can be something else than bytes. */
  readonly collation?: string | null;
}

const PATH = 'database';

/** PostgreSQL compares bytes unless a column's type or collation says otherwise. */
const POSTGRES_COLUMNS =
  "SELECT a.attname AS name, CASE WHEN t.typname = 'citext' THEN t.typname WHEN NOT c.collisdeterministic THEN c.collname END AS collation " +
  'FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_collation c ON c.oid = a.attcollation ' +
  'WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped';

/** Columns of which a comparison that ignores case or accents would let the wrong one in. */
const KEY_COLUMNS = new Set(['usernameKey', 'emailKey', 'secretHash', 'hash', 'key', 'purpose', 'kind']);

/**
 * Looks at the database before the first request: are our tables there, with all columns of the host's user class, comparing as they must,
 * and is every one of them ours alone. Each fault becomes a sentence with its mend.
 */
export async function checkSchema(dataSource: DataSource, space: CheckedSpace, issues: Issues): Promise<void> {
  const metadatas = metadatasOf(dataSource, space, issues);
  noteCache(dataSource, issues);
  noteStrangers(dataSource, metadatas, issues);
  const runner = dataSource.createQueryRunner();
  try {
    const found = new Map<EntityMetadata, ColumnFact[]>();
    for (const metadata of metadatas) found.set(metadata, await columnsOf(runner, metadata));
    noteMissingTables(
      metadatas.filter((metadata) => found.get(metadata)?.length === 0),
      issues,
    );
    for (const [metadata, columns] of found) if (columns.length > 0) noteColumns(metadata, columns, issues);
  } finally {
    await runner.release();
  }
}

function metadatasOf(dataSource: DataSource, { entities }: CheckedSpace, issues: Issues): EntityMetadata[] {
  const [known, unknown] = [entities.filter((one) => dataSource.hasMetadata(one)), entities.filter((one) => !dataSource.hasMetadata(one))];
  if (unknown.length > 0) {
    const names = unknown.map(({ name }) => name).join(', ');
    issues.add(
      PATH,
      `the DataSource does not know ${names}; set autoLoadEntities: true, or add the entities of defineUsers() to its entities.`,
    );
  }
  return known.map((one) => dataSource.getMetadata(one));
}

/** A cache of every read would keep ended sessions, spent tokens and old roles alive, and a row that was just written would be missing. */
function noteCache({ options }: DataSource, issues: Issues): void {
  const { cache } = options;
  if (typeof cache !== 'object' || cache.alwaysEnabled !== true) return;
  issues.add(
    PATH,
    'cache.alwaysEnabled answers our reads with what was true before; leave it out and name the queries of yours that may be cached.',
  );
}

/** TypeORM merges two entities on one table without a word, and each of them then drops the other's columns. */
function noteStrangers(dataSource: DataSource, ours: EntityMetadata[], issues: Issues): void {
  for (const stranger of dataSource.entityMetadatas) {
    const same = ours.find((one) => one !== stranger && one.tablePath === stranger.tablePath && !inherits(stranger, one));
    if (same === undefined || ours.includes(stranger)) continue;
    issues.add(
      PATH,
      `the entity ${stranger.targetName} is mapped on our table ${same.tablePath}; give it another table, set another tablePrefix, ` +
        `or, if it is your user class, let it extend BaseUser and pass it as user.`,
    );
  }
}

/** Single-table inheritance: a child of the host's user class rightly shares its table. */
function inherits(child: EntityMetadata, parent: EntityMetadata): boolean {
  const isClass = (target: unknown): target is EntityClass<object> => typeof target === 'function';
  return (
    child.tableType === 'entity-child' && isClass(child.target) && isClass(parent.target) && child.target.prototype instanceof parent.target
  );
}

function noteMissingTables(missing: EntityMetadata[], issues: Issues): void {
  if (missing.length === 0) return;
  const names = missing.map(({ tablePath }) => tablePath).join(', ');
  issues.add(
    PATH,
    `the tables ${names} are missing; set migrate: true, or add usersMigrations to the migrations of your DataSource and run them.`,
  );
}

function noteColumns(metadata: EntityMetadata, found: ColumnFact[], issues: Issues): void {
  const byName = new Map(found.map((column) => [column.name, column]));
  const stored = metadata.columns.filter(({ isVirtualProperty }) => !isVirtualProperty);
  const missing = stored.map(({ databaseName }) => databaseName).filter((name) => !byName.has(name));
  if (missing.length > 0) {
    issues.add(
      PATH,
      `the table ${metadata.tablePath} has no column ${missing.join(', ')}; add a column of your own user class in a migration of yours ` +
        'that runs after usersMigrations, and one of ours with migrate: true.',
    );
  }
  const { type } = metadata.connection.options;
  for (const { name, collation } of found) {
    if (!KEY_COLUMNS.has(name) || typeof collation !== 'string' || collation.endsWith('_bin')) continue;
    issues.add(
      PATH,
      `the column ${name} of ${metadata.tablePath} compares by ${collation}, which takes different names and addresses for one; let ` +
        `migrate: true make the table, or change the column to ${type === 'postgres' ? 'varchar COLLATE "C"' : 'COLLATE utf8mb4_nopad_bin'}.`,
    );
  }
}

async function columnsOf(runner: QueryRunner, metadata: EntityMetadata): Promise<ColumnFact[]> {
  const { type } = dataSourceOf(runner).options;
  const parts = metadata.tablePath.split('.');
  const table = parts.at(-1) ?? '';
  if (type === 'postgres') {
    const path = parts.map((part) => dataSourceOf(runner).driver.escape(part)).join('.');
    return ask(runner, POSTGRES_COLUMNS, [path]);
  }
  if (type === 'better-sqlite3') return ask(runner, 'SELECT name FROM pragma_table_xinfo(?)', [table]);
  return ask(
    runner,
    'SELECT COLUMN_NAME AS name, COLLATION_NAME AS collation FROM information_schema.COLUMNS ' +
      'WHERE TABLE_SCHEMA = coalesce(?, DATABASE()) AND TABLE_NAME = ?',
    [parts.length > 1 ? parts[0] : null, table],
  );
}

async function ask(runner: QueryRunner, statement: string, parameters: unknown[]): Promise<ColumnFact[]> {
  return (await runner.query(statement, parameters)) as ColumnFact[];
}
