import type { DataSource } from 'typeorm';
import type { ByIdText } from './by-id-text.js';
import { PackedRow, type Packing, SAME_IN_JSON, TEXTS } from './packed-row.js';
import { PostgresByIds } from './postgres-by-ids.js';
import { isList, type Row } from './row-reader.js';
import { AS_LISTS } from './safe-query-runner.js';

/** Finds the rows of all ids by one statement. */
type AskMany = (ids: readonly string[]) => Promise<readonly Row[]>;

const KNOWN: Readonly<Record<string, (dataSource: DataSource, text: ByIdText, prepare: boolean) => AskMany>> = {
  postgres: (dataSource, text, prepare) => {
    const question = new PostgresByIds(dataSource, text, prepare);
    return (ids) => question.ask(ids);
  },
  mysql: askMysql,
  mariadb: askMysql,
  'better-sqlite3': askSqlite,
};

/** One text for lists of any length, so that it is prepared once. */
function askSqlite(dataSource: DataSource, { selected, from, column }: ByIdText): AskMany {
  const packed = new PackedRow(selected, SQLITE_PACKING);
  const statement = `SELECT ${packed.columns} ${from} WHERE ${column} IN (SELECT value FROM json_each(?))${AS_LISTS}`;
  return async (ids) => {
    const rows: Row[] = await dataSource.query(statement, [JSON.stringify(ids)]);
    return rows.map((row) => packed.unpack(isList(row) ? row : Object.values(row)));
  };
}

const SQLITE_PACKING: Packing = {
  array: (values) => `json_array(${values})`,
  part({ expression, type }) {
    // Its columns take anything, and JSON holds no BLOB: one that a host wrote as text would fail all who are asked for beside it.
    if (TEXTS.includes(type)) return `CAST(${expression} AS TEXT)`;
    // Its integers are numbers in the driver, too.
    return SAME_IN_JSON.includes(type) || type === 'bigint' ? expression : undefined;
  },
};

/** The driver writes the list out. Not by its `execute`: a prepared statement answers with other types than a plain one does. */
function askMysql(dataSource: DataSource, text: ByIdText): AskMany {
  const statement = `${plainText(text)} WHERE ${text.column} IN (?)`;
  return (ids) => dataSource.query(statement, [ids]);
}

const plainText = ({ selected, from }: ByIdText): string =>
  `SELECT ${selected.map(({ expression, alias }) => `${expression} AS ${alias}`).join(', ')} ${from}`;

/** One question by id, for one engine: a single id on any, many at once where we know how. */
export class ByIdQuestion {
  private readonly many: AskMany | undefined;
  private readonly single: string;

  /** @param prepare whether PostgreSQL prepares it, once for each connection; other engines need no telling. */
  constructor(
    private readonly dataSource: DataSource,
    text: ByIdText,
    prepare: boolean,
  ) {
    const { driver, options } = dataSource;
    this.many = KNOWN[options.type]?.(dataSource, text, prepare);
    this.single = `${plainText(text)} WHERE ${text.column} = ${driver.createParameter('id', 0)}`;
  }

  /** Whether {@link findMany} may be asked. */
  get takesMany(): boolean {
    return this.many !== undefined;
  }

  async findOne(asker: { query(text: string, parameters: unknown[]): Promise<Row[]> }, id: string): Promise<Row | null> {
    return (await asker.query(this.single, [id]))[0] ?? null;
  }

  /** From the primary, never from a replica that may not have heard of an end yet. */
  async findMany(ids: readonly string[]): Promise<readonly Row[]> {
    if (this.many === undefined) throw new Error(`We do not know how ${this.dataSource.options.type} is asked for many rows at once.`);
    return this.many(ids);
  }
}
