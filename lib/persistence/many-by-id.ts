import { createHash } from 'node:crypto';
import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import type { Row } from './row-reader.js';
import { AS_LISTS } from './safe-query-runner.js';

/** How an engine is asked for many rows by their ids in one statement. */
interface ManyById {
  /** What stands behind the column in the condition. */
  readonly isOneOf: string;
  readonly parameter: (ids: readonly string[]) => unknown;
}

const POSTGRES: ManyById = { isOneOf: '= ANY($1)', parameter: (ids) => ids };
/** The driver writes the list out. Not by its `execute`: a prepared statement answers with other types than a plain one does. */
const MYSQL: ManyById = { isOneOf: 'IN (?)', parameter: (ids) => ids };
/** One text for lists of any length, so that it is prepared once. */
const SQLITE: ManyById = { isOneOf: 'IN (SELECT value FROM json_each(?))', parameter: (ids) => JSON.stringify(ids) };

const KNOWN: ReadonlyMap<string, ManyById> = new Map([
  ['postgres', POSTGRES],
  ['mysql', MYSQL],
  ['mariadb', MYSQL],
  ['better-sqlite3', SQLITE],
]);

/** PostgreSQL's for a statement that was prepared on another connection than the one asked, or prepared there by somebody else. */
const NOT_PREPARED_HERE = ['26000', '42P05'];
/** PostgreSQL's for a prepared statement whose table has changed underneath. */
const PLAN_IS_STALE = '0A000';

/**
 * TypeORM hands what it is given to `pg` as it is, and `pg` prepares what has a name. It answers to all that a text does, so that the
 * host's loggers and subscribers read what they always read; it is no `String`, which `pg` would copy letter by letter.
 */
class NamedText {
  readonly rowMode = 'array';

  constructor(
    readonly text: string,
    readonly name: string,
  ) {}

  toString(): string {
    return this.text;
  }

  valueOf(): string {
    return this.text;
  }
}
Object.setPrototypeOf(NamedText.prototype, String.prototype);

/** One question by id, for one engine: a single id on any, many at once where we know how. */
export class ByIdQuestion {
  private readonly many: ManyById | undefined;
  private readonly single: string;
  private readonly several: string;
  private isPrepared: boolean;
  private changes = 0;

  /**
   * @param text everything before the condition, which is on `column`.
   * @param prepare whether PostgreSQL prepares it, once for each connection; other engines need no telling.
   */
  constructor(
    private readonly dataSource: DataSource,
    { text, column }: { text: string; column: string },
    prepare: boolean,
  ) {
    const { driver, options } = dataSource;
    this.many = KNOWN.get(options.type);
    this.single = `${text} WHERE ${column} = ${driver.createParameter('id', 0)}`;
    this.several = `${text} WHERE ${column} ${this.many?.isOneOf ?? ''}${options.type === 'better-sqlite3' ? AS_LISTS : ''}`;
    this.isPrepared = prepare && options.type === 'postgres';
  }

  /** Whether {@link findMany} may be asked. */
  get takesMany(): boolean {
    return this.many !== undefined;
  }

  async findOne(asker: { query(text: string, parameters: unknown[]): Promise<Row[]> }, id: string): Promise<Row | null> {
    return (await asker.query(this.single, [id]))[0] ?? null;
  }

  /** From the primary, never from a replica that may not have heard of an end yet. */
  async findMany(ids: readonly string[]): Promise<Row[]> {
    if (this.many === undefined) throw new Error(`We do not know how ${this.dataSource.options.type} is asked for many rows at once.`);
    const parameters = [this.many.parameter(ids)];
    if (!this.isPrepared) return this.dataSource.query(this.several, parameters);
    try {
      return await this.dataSource.query(this.named(), parameters);
    } catch (error) {
      if (!this.canDoWithout(error)) throw error;
      return this.dataSource.query(this.several, parameters);
    }
  }

  /** The name says which text it is: behind a pooler two versions of us may share a connection. */
  private named(): string {
    const hash = createHash('sha256').update(this.several).digest('hex').slice(0, 16);
    return new NamedText(this.several, `users_${hash}_${this.changes}`) as unknown as string;
  }

  private canDoWithout(error: unknown): boolean {
    const code: unknown = Reflect.get((error as { driverError?: object }).driverError ?? {}, 'code');
    if (code === PLAN_IS_STALE) this.changes += 1;
    if (!NOT_PREPARED_HERE.includes(String(code))) return code === PLAN_IS_STALE;
    this.isPrepared = false;
    new Logger('UsersModule').warn(
      'A pooler between us and PostgreSQL does not keep prepared statements; they are off from now on. Say so: sessions: { preparedStatements: false }.',
    );
    return true;
  }
}
