import { createHash } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { type DataSource, QueryFailedError } from 'typeorm';
import type { ByIdText } from './by-id-text.js';
import { PackedRow, type Packing, SAME_IN_JSON } from './packed-row.js';
import { isList, type Row } from './row-reader.js';

/** What we need of `pg`'s pool, which TypeORM's driver has of the primary. */
interface Pool {
  query(config: { text: string; values: unknown[]; name?: string; rowMode: 'array' }): Promise<{ rows: Row[] }>;
}

/** For a statement that was prepared on another connection than the one asked, or prepared there by somebody else. */
const NOT_PREPARED_HERE = ['26000', '42P05'];
/** For a prepared statement whose table has changed underneath. */
const PLAN_IS_STALE = '0A000';

/**
 * Rows by their ids from PostgreSQL, at each guarded request. By the driver's own pool: TypeORM's query runner costs as much as the
 * statement. The host's logger is told as TypeORM tells it, and where a subscriber listens to queries it goes through TypeORM.
 */
export class PostgresByIds {
  private readonly text: string;
  private readonly name: string;
  private readonly packed: PackedRow;
  private changes = 0;

  constructor(
    private readonly dataSource: DataSource,
    { selected, from, column }: ByIdText,
    private isPrepared: boolean,
  ) {
    this.packed = new PackedRow(selected, PACKING);
    this.text = `SELECT ${this.packed.columns} ${from} WHERE ${column} ${IS_ONE_OF}`;
    // The name says which text it is: behind a pooler two versions of us may share a connection.
    this.name = `users_${createHash('sha256').update(this.text).digest('hex').slice(0, 16)}`;
  }

  async ask(ids: readonly string[]): Promise<readonly Row[]> {
    const rows = await this.rowsOf(ids);
    return rows.map((row) => this.packed.unpack(isList(row) ? row : Object.values(row)));
  }

  private async rowsOf(ids: readonly string[]): Promise<readonly Row[]> {
    if (!this.isPrepared) return this.send(ids);
    try {
      return await this.send(ids, `${this.name}_${this.changes}`);
    } catch (error) {
      if (!this.canDoWithout(error)) throw error;
      return this.send(ids);
    }
  }

  private async send(ids: readonly string[], name?: string): Promise<readonly Row[]> {
    const { dataSource, text } = this;
    const pool: Pool | undefined = Reflect.get(dataSource.driver, 'master') as Pool | undefined;
    const isHeard = dataSource.subscribers.some((one) => 'beforeQuery' in one || 'afterQuery' in one);
    if (isHeard || pool === undefined) return dataSource.query(text, [ids]);
    dataSource.logger.logQuery(text, [ids]);
    const askedAt = performance.now();
    try {
      const { rows } = await pool.query({ text, values: [ids], rowMode: 'array', ...(name !== undefined && { name }) });
      this.tellIfSlow(performance.now() - askedAt, ids);
      return rows;
    } catch (error) {
      dataSource.logger.logQueryError(error as Error, text, [ids]);
      throw new QueryFailedError(text, [ids], error as Error);
    }
  }

  private tellIfSlow(took: number, ids: readonly string[]): void {
    const { maxQueryExecutionTime } = this.dataSource.options;
    if (maxQueryExecutionTime !== undefined && maxQueryExecutionTime > 0 && took > maxQueryExecutionTime)
      this.dataSource.logger.logQuerySlow(Math.round(took), this.text, [ids]);
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

/**
 * Not `= ANY($1)`: the planner would guess how many there are from the list itself, find that a plan for this one list is the cheaper,
 * and plan at each execution again, which takes longer than to execute. Of a subquery it always expects the same.
 */
const IS_ONE_OF = '= ANY(ARRAY(SELECT unnest($1::uuid[])))';

const PACKING: Packing = {
  array: (values) => `json_build_array(${values})::text`,
  part({ expression, type }) {
    if (SAME_IN_JSON.includes(type)) return expression;
    // A number of JSON's would lose its last digits beyond 2^53.
    return type === 'bigint' ? `${expression}::text` : undefined;
  },
};
