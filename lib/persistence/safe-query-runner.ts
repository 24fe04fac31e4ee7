import { ConnectionIsNotSetError, QueryFailedError } from 'typeorm';
import type { BetterSqlite3Driver } from 'typeorm/driver/better-sqlite3/BetterSqlite3Driver.js';
import { BetterSqlite3QueryRunner } from 'typeorm/driver/better-sqlite3/BetterSqlite3QueryRunner.js';
import type { ConnectionLock } from './connection-lock.js';

/** What we need of a better-sqlite3 `Database`. */
export interface SqliteConnection {
  readonly inTransaction: boolean;
  readonly open: boolean;
  readonly readonly: boolean;
  pragma(source: string): unknown;
}

/** A statement that ends with it gives its rows as lists, which costs half as much as objects do. */
export const AS_LISTS = ' /* lists */';

/** Prepared statements by their text, as TypeORM keeps them. */
export class PreparedStatements extends Map<string, unknown> {
  override set(text: string, statement: unknown): this {
    if (text.endsWith(AS_LISTS)) (statement as { raw(): unknown }).raw();
    return super.set(text, statement);
  }
}

/** What all runners of one connection share. */
export interface SharedConnection {
  readonly connection: SqliteConnection;
  readonly lock: ConnectionLock;
  /** Prepared statements: a runner lives for one query, its statements must not. */
  readonly statements: PreparedStatements;
  /** How long a write waits for another process's, in milliseconds. */
  readonly busyTimeout: number;
}

/**
 * One caller's query runner on the connection that all share. It has the connection to itself while a statement runs, and from the
 * moment a transaction is open until it is not: that is asked of SQLite itself, so a failed COMMIT keeps the lock, and a raw `COMMIT` or a
 * rollback of SQLite's own accord lets go.
 */
export class SafeQueryRunner extends BetterSqlite3QueryRunner {
  private turn: Promise<void> | null = null;
  private holding = false;
  private running = 0;
  private migrating = false;
  private adopted = false;

  constructor(
    driver: BetterSqlite3Driver,
    private readonly shared: SharedConnection,
  ) {
    super(driver);
    Reflect.set(this, 'stmtCache', shared.statements);
  }

  /** Makes the runner safe that the driver gave to everybody until now, whatever it is in the middle of. */
  static adopt(runner: BetterSqlite3QueryRunner, shared: SharedConnection): void {
    Object.setPrototypeOf(runner, SafeQueryRunner.prototype);
    const adopted = runner as SafeQueryRunner;
    const holding = shared.connection.inTransaction;
    // Nobody can hold the lock yet, so the turn comes at once.
    Object.assign(adopted, { turn: holding ? shared.lock.take() : null, holding, running: 0, migrating: false, adopted: true, shared });
  }

  override query(query: string, parameters?: unknown[], useStructuredResult?: boolean): Promise<never> {
    return this.inTurn(() => this.patiently(() => this.runNow(query, parameters, useStructuredResult)));
  }

  /** Turns foreign keys off for the rebuilding of tables. Nobody else may write meanwhile, so the turn lasts until they are on again. */
  override async beforeMigration(): Promise<void> {
    await this.inTurn(() => {
      this.migrating = true;
      return super.beforeMigration();
    });
  }

  override async afterMigration(): Promise<void> {
    await this.inTurn(() => {
      this.migrating = false;
      return super.afterMigration();
    });
  }

  /** TypeORM leaves the runner marked as in a transaction when BEGIN fails; a `save()` on it would then start none. */
  override async startTransaction(...options: Parameters<BetterSqlite3QueryRunner['startTransaction']>): Promise<void> {
    try {
      await super.startTransaction(...options);
    } catch (error) {
      if (this.transactionDepth === 0) this.isTransactionActive = false;
      throw error;
    }
  }

  /** A transaction that its owner forgot is rolled back here: nobody else could ever end it. */
  override async release(): Promise<void> {
    if (this.holding) await this.abandon();
    await super.release();
    this.isReleased = !this.adopted;
  }

  protected override loadPragmaRecords(tablePath: string, pragma: string): Promise<never> {
    return this.inTurn(() => super.loadPragmaRecords(tablePath, pragma) as Promise<never>);
  }

  private async abandon(): Promise<void> {
    if (this.shared.connection.inTransaction) await super.query('ROLLBACK').catch(() => undefined);
    this.isTransactionActive = false;
    this.transactionDepth = 0;
    // TypeORM's migration executor forgets this when a migration fails.
    if (this.migrating) await super.afterMigration().catch(() => undefined);
    this.migrating = false;
    this.settle();
  }

  private async inTurn<T>(task: () => Promise<T>): Promise<T> {
    this.running += 1;
    try {
      await this.takeTurn();
      // Closed while it waited: TypeORM 0.3 would throw a TypeError that names nothing, and a new start would be another connection.
      if (!this.shared.connection.open) throw new ConnectionIsNotSetError('better-sqlite3');
      return await task();
    } finally {
      this.running -= 1;
      this.settle();
    }
  }

  /** Statements of one runner share its turn. */
  private async takeTurn(): Promise<void> {
    const turn = (this.turn ??= this.shared.lock.take());
    try {
      await turn;
      this.holding = true;
    } catch (error) {
      if (this.turn === turn) this.turn = null;
      throw error;
    }
  }

  private settle(): void {
    if (!this.holding || this.running > 0 || this.migrating || this.shared.connection.inTransaction) return;
    this.turn = null;
    this.holding = false;
    this.shared.lock.letGo();
  }

  private runNow(query: string, parameters?: unknown[], useStructuredResult?: boolean): Promise<never> {
    // A deferred transaction that reads first cannot become a writer when another process wrote meanwhile: SQLITE_BUSY, however long it waits.
    const immediate = query === 'BEGIN TRANSACTION' && !this.shared.connection.readonly;
    return super.query(immediate ? 'BEGIN IMMEDIATE TRANSACTION' : query, parameters, useStructuredResult) as Promise<never>;
  }

  /** SQLite's own waiting for another process sleeps on the event loop's thread; this lets the loop go on. */
  private async patiently<T>(task: () => Promise<T>): Promise<T> {
    const start = process.hrtime.bigint();
    for (let pause = 1; ; pause = Math.min(pause * 2, 25)) {
      try {
        return await task();
      } catch (error) {
        const waited = Number(process.hrtime.bigint() - start) / 1e6;
        if (!isBusy(error) || waited >= this.shared.busyTimeout) throw error;
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
  }
}

/** The plain code only: its extended forms (SQLITE_BUSY_SNAPSHOT) do not pass by waiting. TypeORM 0.3 does not wrap what preparing throws. */
function isBusy(error: unknown): boolean {
  const driverError: unknown = error instanceof QueryFailedError ? error.driverError : error;
  return typeof driverError === 'object' && driverError !== null && Reflect.get(driverError, 'code') === 'SQLITE_BUSY';
}
