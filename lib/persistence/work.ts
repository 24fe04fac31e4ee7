import { Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { DomainEvent } from '../kernel/domain-event.js';
import type { Connection } from './connection.js';
import type { UsersEvents } from './users-events.js';

/** One transaction: its statements, what it recorded, and what waits for its commit. */
export class Work implements Connection {
  private readonly logger = new Logger('UnitOfWork');
  private readonly commitTasks: (() => void)[] = [];
  private readonly overTasks: (() => void)[] = [];

  constructor(
    private readonly manager: EntityManager,
    private readonly events: UsersEvents,
    /** One now for everything in the unit, so that rows written together agree. */
    readonly now: Date,
  ) {}

  ask<T>(task: (manager: EntityManager) => Promise<T>): Promise<T> {
    return task(this.manager);
  }

  /** Runs the handlers inside the transaction now, and the others after the commit, or never. */
  async record(event: DomainEvent): Promise<void> {
    await this.events.record(event, this.manager);
    this.afterCommit(() => this.events.publish(event));
  }

  /** Keeps `task` until the commit; it is dropped on a rollback. For mail and the like: never a statement. */
  afterCommit(task: () => void): void {
    this.commitTasks.push(task);
  }

  /** Keeps `task` until the transaction is over, however it ends: also where its commit was sent and no answer came. */
  whenOver(task: () => void): void {
    this.overTasks.push(task);
  }

  /** Called by whoever heard that it failed. */
  failed(): void {
    for (const task of this.overTasks.splice(0)) task();
  }

  /** Called once by whoever committed. What fails here is logged: the rows are written, and the caller must hear so. */
  committed(): void {
    // First, so that a handler that asks is told of what it hears.
    for (const task of [...this.overTasks.splice(0), ...this.commitTasks.splice(0)]) {
      try {
        task();
      } catch (error) {
        this.logger.error(`A task after the commit failed: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
}
