import type { DataSource, QueryRunner } from 'typeorm';
import { QueryFailedError } from 'typeorm';
import { beforePooled } from './pooled.js';

/** `before`: the statement never reached the database. `after`: it did, and the answer was lost. */
export type FaultKind = 'before' | 'after';

/** Lets the n-th statement of a task fail as a lost connection does (SQLite's own way of testing itself: fail the N-th I/O, N = 1, 2, ...). */
export class Faults {
  private armed: { at: number; kind: FaultKind } | null = null;
  private seen = 0;

  private constructor() {}

  static of(dataSource: DataSource): Faults {
    const faults = new Faults();
    const create = dataSource.createQueryRunner.bind(dataSource);
    dataSource.createQueryRunner = (mode) => faults.watch(create(mode));
    beforePooled(dataSource, (text, _, send) => faults.strike(text, send));
    return faults;
  }

  /** @returns what became of the task, and whether its `at`-th statement was there to fail. */
  async during<T>(
    fault: { at: number; kind: FaultKind },
    task: () => Promise<T>,
  ): Promise<{ outcome: PromiseSettledResult<T>; struck: boolean }> {
    this.seen = 0;
    this.armed = fault;
    const [outcome] = await Promise.allSettled([task()]);
    const struck = this.seen >= fault.at;
    this.armed = null;
    return { outcome: outcome as PromiseSettledResult<T>, struck };
  }

  private watch(runner: QueryRunner): QueryRunner {
    const query = runner.query.bind(runner) as (...args: unknown[]) => Promise<unknown>;
    runner.query = ((text: string, ...rest: unknown[]) => this.strike(text, () => query(text, ...rest))) as QueryRunner['query'];
    return runner;
  }

  private async strike(text: string, send: () => Promise<unknown>): Promise<unknown> {
    const strikes = this.armed !== null && ++this.seen === this.armed.at;
    if (!strikes) return send();
    if (this.armed?.kind === 'after') await send();
    throw new QueryFailedError(text, [], Object.assign(new Error('Connection terminated unexpectedly'), { code: 'ECONNRESET' }));
  }
}
