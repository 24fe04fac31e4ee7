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
};

const POSTGRES: Dialect = {
  ...SQLITE,
  id: 'uuid',
  flag: 'boolean NOT NULL DEFAULT false',
  count: "integer NOT NULL DEFAULT '0'",
};

const MARIADB: Dialect = {
  ...SQLITE,
  id: 'uuid',
  flag: 'tinyint NOT NULL DEFAULT 0',
  count: "int NOT NULL DEFAULT '0'",
  key: (length) => `varchar(${length}) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin`,
  indexesInTable: true,
  tableOptions: ' ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci',
};

/** MySQL 8 has neither that collation nor `uuid`. Untested: no such server was at hand. */
const MYSQL: Dialect = {
  ...MARIADB,
  id: 'varchar(36) CHARACTER SET ascii COLLATE ascii_bin',
  key: (length) => `varchar(${length}) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin`,
};

const DIALECTS: Partial<Record<DataSource['options']['type'], Dialect>> = {
  'better-sqlite3': SQLITE,
  postgres: POSTGRES,
  mariadb: MARIADB,
  mysql: MYSQL,
};

/** @throws Error for an engine on which our tables were never made. */
export function dialectOf(dataSource: DataSource): Dialect {
  const { type } = dataSource.options;
  const dialect = DIALECTS[type];
  if (dialect === undefined) throw new Error(`nestjs-users has no tables for "${type}": use better-sqlite3, postgres, mariadb or mysql.`);
  return dialect;
}
