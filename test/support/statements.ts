import type { DataSource, QueryRunner } from 'typeorm';
import { beforePooled } from './pooled.js';

/** Sees every statement that goes to a DataSource, those of transactions included. */
export class Statements {
  readonly texts: string[] = [];
  /** The same with what was given to each. */
  readonly sent: { readonly text: string; readonly parameters: unknown[] }[] = [];

  private constructor() {}

  static of(dataSource: DataSource): Statements {
    const statements = new Statements();
    const create = dataSource.createQueryRunner.bind(dataSource);
    dataSource.createQueryRunner = (mode) => statements.watch(create(mode));
    beforePooled(dataSource, async (text, parameters, send) => (statements.note(text, parameters), send()));
    return statements;
  }

  /** The statements that were sent before the task's answer was there; a failure is an answer too. */
  async before(task: () => Promise<unknown>): Promise<string[]> {
    const start = this.texts.length;
    await task().catch(() => undefined);
    return this.texts.slice(start);
  }

  private watch(runner: QueryRunner): QueryRunner {
    const query = runner.query.bind(runner) as (...args: unknown[]) => Promise<unknown>;
    runner.query = ((text: unknown, ...rest: unknown[]) => {
      this.note(String(text), rest[0]);
      return query(text, ...rest);
    }) as QueryRunner['query'];
    return runner;
  }

  private note(text: string, parameters: unknown): void {
    this.texts.push(text);
    this.sent.push({ text, parameters: Array.isArray(parameters) ? [...(parameters as unknown[])] : [] });
  }
}
