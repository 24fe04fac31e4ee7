import type { Tables } from '../tables.js';
import type { SchemaSite } from './schema-site.js';

/** One table as a migration makes it. Frozen with that: what changes later is another migration. */
export interface TableShape {
  readonly name: Exclude<keyof Tables, 'migrations'>;
  readonly columns: Readonly<Record<string, string>>;
  /** The first column is the primary key; these are the others' indexes. */
  readonly indexes?: readonly (readonly string[])[];
  readonly uniques?: readonly (readonly string[])[];
  /** What each row must hold to, by the column that it is about. */
  readonly checks?: Readonly<Record<string, (quote: (column: string) => string) => string>>;
  readonly ofUser?: boolean;
}

/** What makes a table with its indexes; what is there already is left alone. */
export function statementsFor(table: TableShape, site: SchemaSite): string[] {
  const { dialect, quote } = site;
  const indexes = indexesOf(table, site);
  const parts = [
    ...Object.entries(table.columns).map(([name, type]) => `${quote(name)} ${type}`),
    `PRIMARY KEY (${Object.keys(table.columns).slice(0, 1).map(quote).join()})`,
    ...(dialect.indexesInTable ? indexes.map(({ kind, name, columns }) => `${kind} ${name} (${columns})`) : []),
    ...checksOf(table, site),
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
  { name, uniques = [], indexes = [] }: TableShape,
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

function checksOf({ name, checks = {} }: TableShape, { tables, quote }: SchemaSite): string[] {
  return Object.entries(checks).map(([column, rule]) => `CONSTRAINT ${quote(`${tables[name]}_${column}_ck`)} CHECK (${rule(quote)})`);
}

function foreignKey({ name }: TableShape, { tables, quote, path }: SchemaSite): string {
  const constraint = quote(`${tables[name]}_userId_fk`);
  return `CONSTRAINT ${constraint} FOREIGN KEY (${quote('userId')}) REFERENCES ${path('users')} (${quote('id')}) ON DELETE CASCADE ON UPDATE NO ACTION`;
}
