import type { QueryRunner } from 'typeorm';
import { dataSourceOf } from '../data-source-of.js';
import { type TableOwner, TablePaths } from '../table-paths.js';
import type { Tables } from '../tables.js';
import { type Dialect, dialectOf } from './dialect.js';

/** Where statements are to run: how its engine writes, and what a space's tables are called there. All names are ready for a statement. */
export interface SchemaSite {
  readonly dialect: Dialect;
  /** The names that indexes and keys are made of: without schema and entity prefix. */
  readonly tables: Tables;
  /** False when the users' table is the host's by name: it is never dropped. */
  readonly ownsUsers: boolean;
  readonly quote: (name: string) => string;
  readonly path: (table: keyof Tables) => string;
  /** The path of what stands beside our tables, a view or an extension's table, with the schema and the prefix of ours. */
  readonly namedPath: (name: string) => string;
}

/** The site of a query runner, with all that its DataSource says about names. */
export function siteOf(runner: QueryRunner, owner: TableOwner): SchemaSite {
  const dataSource = dataSourceOf(runner);
  const paths = new TablePaths(dataSource, owner);
  return {
    dialect: dialectOf(dataSource),
    tables: owner.tables,
    ownsUsers: paths.ownsUsers(),
    quote: (name) => dataSource.driver.escape(name),
    path: (table) => paths.quoted(table),
    namedPath: (name) => paths.quotedName(name),
  };
}
