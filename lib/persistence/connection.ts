import type { EntityManager } from 'typeorm';

/** The host's handle on an open transaction. */
export type { EntityManager } from 'typeorm';

/**
 * Where a store runs its statements: the database at large, or one unit of work. Every store method takes one as its first argument,
 * so that the reader of a service sees what is inside the transaction.
 */
export interface Connection {
  /**
   * Runs `task` against the database.
   *
   * @throws UnavailableError when the database is down, refuses, or does not answer in time.
   */
  ask<T>(task: (manager: EntityManager) => Promise<T>): Promise<T>;

  /** Runs `task` once what was asked has been committed, or undone where that is known: at once outside a transaction. It must not throw. */
  whenOver(task: () => void): void;
}
