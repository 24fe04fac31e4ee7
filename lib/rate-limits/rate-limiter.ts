import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../kernel/clock.port.js';
import { TooManyRequestsError } from '../kernel/errors.js';
import { Measurements } from '../kernel/measurements.js';
import { Database } from '../persistence/database.js';
import { AttemptStore, type Spending } from './attempt-store.port.js';
import type { Budget } from './budget.js';

/**
 * Spends budgets. Always outside a unit of work: a try counts even if what it was for is rolled back. Spend before the costly or
 * guessable thing, not after it: a burst must be refused before the first of it is answered.
 */
@Injectable()
export class RateLimiter {
  constructor(
    private readonly store: AttemptStore,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly measurements: Measurements = new Measurements(),
  ) {}

  /**
   * Takes one from what `who` may spend of `budget`.
   *
   * @param who an address, an identifier, a user id; only its hash is kept.
   * @throws TooManyRequestsError when nothing is left; this try is then not counted.
   * @throws UnavailableError when the store cannot answer: never "admitted" for that.
   */
  async spend(budget: Budget, who: string): Promise<void> {
    const spending = this.spendingOf(budget, who);
    const until = await this.take(spending);
    if (until !== null) throw new TooManyRequestsError(secondsBetween(spending.now, until));
  }

  /** As {@link spend}, but says no instead of throwing it: for where silence is the answer. */
  async trySpend(budget: Budget, who: string): Promise<boolean> {
    return (await this.take(this.spendingOf(budget, who))) === null;
  }

  /** True when the next {@link spend} would be refused. Counts nothing, and promises nothing: another may come first. */
  async isSpent(budget: Budget, who: string): Promise<boolean> {
    return (await this.store.refusedUntil(this.database, this.spendingOf(budget, who))) !== null;
  }

  /** Gives `who` the whole budget again. */
  async reset(budget: Budget, who: string): Promise<void> {
    await this.store.reset(this.database, this.spendingOf(budget, who).key);
  }

  private async take(spending: Spending): Promise<Date | null> {
    const until = await this.store.spend(this.database, spending);
    if (until !== null) this.measurements.note('limit-refusal', spending.budget.name);
    return until;
  }

  private spendingOf(budget: Budget, who: string): Spending {
    // A missing spender would be hashed as "undefined": one bucket for everybody whose caller forgot.
    if (typeof who !== 'string' || who === '') throw new TypeError(`The budget ${budget.name} needs to know who spends.`);
    return { key: createHash('sha256').update(`${budget.name}:${who}`).digest('hex'), budget, now: this.clock.now() };
  }
}

function secondsBetween(now: Date, until: Date): number {
  return Math.max(1, Math.ceil((until.getTime() - now.getTime()) / 1_000));
}
