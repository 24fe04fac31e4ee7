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

  async ask<T>(task: (manager: EntityManager) => Promise<T>): Promise<T> {
    try {
      return await withDeadline(task(this.dataSource.manager), this.timeout);
    } catch (error) {
      throw asUnavailable(error) ?? error;
    }
  }
}
