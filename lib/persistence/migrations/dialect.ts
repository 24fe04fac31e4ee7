import type { DataSource } from 'typeorm';

/** How one engine writes what our tables are made of. Frozen with the migrations that use it. */
export interface Dialect {
  readonly id: string;
  readonly instant: string;
  readonly json: string;
  readonly flag: string;
  readonly count: string;
  /** A text for people. */
  text(length: number): string;
  /** A text that is compared byte by byte: MariaDB's default collation finds `áe@x.org` under `ae@x.org`. */
  key(length: number): string;
  /** MariaDB cannot undo a half-made table, so all that belongs to it stands in one statement there. */
  readonly indexesInTable: boolean;
  readonly tableOptions: string;
  /** Up to the view's name; a second time changes nothing. */
  readonly createView: string;
  /** An instant as a date and time in UTC, to the millisecond, whatever the zone of the connection. */
  utc(column: string): string;
  /** The instant of the statement, as our columns hold it. */
  readonly now: string;
  quote(name: string): string;
}

const varchar = (length: number): string => `varchar(${length})`;

const SQLITE: Dialect = {
  id: 'varchar',
  instant: 'bigint',
  json: 'text',
  flag: 'boolean NOT NULL DEFAULT (0)',
  count: 'integer NOT NULL DEFAULT (0)',
  text: varchar,
  key: varchar,
  indexesInTable: false,
  tableOptions: '',
  createView: 'CREATE VIEW IF NOT EXISTS',
  utc: (column) => `strftime('%Y-%m-%d %H:%M:%f', ${column} / 1000.0, 'unixepoch')`,
  now: "CAST(strftime('%s', 'now') AS integer) * 1000",
  quote: (name) => `"${name.replaceAll('"', '""')}"`,
};

const POSTGRES: Dialect = {
  ...SQLITE,
  id: 'uuid',
  flag: 'boolean NOT NULL DEFAULT false',
  count: "integer NOT NULL DEFAULT '0'",
  createView: 'CREATE OR REPLACE VIEW',
  utc: (column) => `to_timestamp(${column} / 1000.0) AT TIME ZONE 'UTC'`,
  now: 'CAST(extract(epoch FROM now()) * 1000 AS bigint)',
};

const MARIADB: Dialect = {
  ...SQLITE,
  id: 'uuid',
  flag: 'tinyint NOT NULL DEFAULT 0',
  count: "int NOT NULL DEFAULT '0'",
  key: (length) => `varchar(${length}) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin`,
  indexesInTable: true,
  tableOptions: ' ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci',
  createView: 'CREATE OR REPLACE VIEW',
  // Not FROM_UNIXTIME: that knows the connection's zone, and ends in 2038.
  utc: (column) => `CAST(CAST('1970-01-01' AS DATETIME(3)) + INTERVAL ${column} * 1000 MICROSECOND AS DATETIME(3))`,
  now: 'UNIX_TIMESTAMP() * 1000',
  quote: (name) => `\`${name.replaceAll('`', '``')}\``,
};

/** MySQL 8 has neither that collation nor `uuid`. Untested: no such server was at hand. */
const MYSQL: Dialect = {
  ...MARIADB,
  id: 'varchar(36) CHARACTER SET ascii COLLATE ascii_bin',
  key: (length) => `varchar(${length}) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin`,
};

const DIALECTS = { 'better-sqlite3': SQLITE, postgres: POSTGRES, mariadb: MARIADB, mysql: MYSQL } as const;
const ENGINES = { sqlite: SQLITE, postgres: POSTGRES, mariadb: MARIADB } as const;

/** An engine whose statements can be printed. */
export type SqlEngine = keyof typeof ENGINES;

/** @throws Error for an engine on which our tables were never made. */
export function dialectOf(dataSource: DataSource): Dialect {
  const { type } = dataSource.options;
  const dialect = (DIALECTS as Partial<Record<string, Dialect>>)[type];
  if (dialect === undefined) throw new Error(`nestjs-users has no tables for "${type}": use better-sqlite3, postgres, mariadb or mysql.`);
  return dialect;
}

/** @throws Error for any other name. */
export function dialectFor(engine: SqlEngine): Dialect {
  if (!Object.hasOwn(ENGINES, engine))
    throw new Error(`nestjs-users prints no SQL for "${engine}": choose one of ${Object.keys(ENGINES).join(', ')}.`);
  return ENGINES[engine];
}
