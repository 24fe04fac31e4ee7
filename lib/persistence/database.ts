import type { DataSource, EntityManager } from 'typeorm';
import type { Connection } from './connection.js';
import { asUnavailable } from './unavailable.js';
import { withDeadline } from './deadline.js';

/** The host's database outside any transaction: each statement on its own, bounded in time. */
export class Database implements Connection {
  constructor(
    readonly dataSource: DataSource,
    /** How long one question may take, in milliseconds, before it counts as unavailable. */
    readonly timeout: number,
  ) {}

  /** Whether questions go into an open transaction, whose rows nobody else may see. */
  get isInTransaction(): boolean {
    return false;
  }

  async ask<T>(task: (manager: EntityManager) => Promise<T>): Promise<T> {
    try {
      return await withDeadline(task(this.dataSource.manager), this.timeout);
    } catch (error) {
      throw asUnavailable(error) ?? error;
    }
  }

  /** The same questions inside the caller's open transaction, and outside again once that is over: what runs in the background outlives it. */
  within(manager: EntityManager): Database {
    return new JoinedDatabase(this, manager);
  }
}

class JoinedDatabase extends Database {
  constructor(
    { dataSource, timeout }: Database,
    private readonly host: EntityManager,
  ) {
    super(dataSource, timeout);
  }

  override get isInTransaction(): boolean {
    return this.host.queryRunner?.isTransactionActive === true;
  }

  override ask<T>(task: (manager: EntityManager) => Promise<T>): Promise<T> {
    return super.ask((plain) => task(this.isInTransaction ? this.host : plain));
  }
}
