import type { Connection } from '../persistence/connection.js';
import type { Budget } from './budget.js';

/** One try: whose, of what, when. */
export interface Spending {
  /** 64 hex characters, the hash of budget and spender: a store never learns an address or an identifier. */
  readonly key: string;
  readonly budget: Budget;
  readonly now: Date;
}

/**
 * Where budgets are counted. A store must decide each try in one step that no other can come between: of any number of tries released
 * together, on any number of nodes, exactly as many are admitted as the budget allows. It must outlive a restart, and must not forget
 * one spender because many others came (an attacker chooses how many). `now` is the caller's; a store asks no clock.
 */
export abstract class AttemptStore {
  /**
   * Counts one try, unless it is refused: a refused try counts nothing.
   *
   * @param on the library's database outside any transaction, since a try counts whatever becomes of it; a store that lives elsewhere
   *   does not use it.
   * @returns `null` when the try is admitted, otherwise the instant from which another is.
   */
  abstract spend(on: Connection, spending: Spending): Promise<Date | null>;

  /** Answers as {@link spend} would, and counts nothing. */
  abstract refusedUntil(on: Connection, spending: Spending): Promise<Date | null>;

  /** Forgets what was spent. @returns whether there was anything. */
  abstract reset(on: Connection, key: string): Promise<boolean>;

  /**
   * Deletes at most `limit` entries in which nothing happened since `before`. A store whose entries expire by themselves returns 0.
   *
   * @returns how many went.
   */
  abstract purge(on: Connection, before: Date, limit: number): Promise<number>;
}
