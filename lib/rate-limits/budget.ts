import { after } from '../kernel/duration.js';

/** A growing wait, in milliseconds: it doubles from `first` and stays at `longest`. */
export interface GrowingDelay {
  readonly first: number;
  readonly longest: number;
}

/** How often somebody may do one thing. */
export interface Budget {
  /** Keeps two budgets apart that are spent by the same person; kebab-case, without a colon. */
  readonly name: string;
  /** How many are free within one window; at least 1. */
  readonly limit: number;
  /** In milliseconds. */
  readonly window: number;
  /**
   * Without it the budget is shut until its window is over. With it each further try has its price: one more is let through after each
   * wait, the waits grow, and only a whole quiet window after the last of them forgives.
   */
  readonly delay?: GrowingDelay;
}

/** What a store remembers of one budget and one spender. */
export interface Spent {
  /** When the window began; with a growing delay, when the last try was let through. */
  readonly windowAt: Date;
  readonly count: number;
  readonly blockedUntil: Date | null;
}

/** @returns the waits of `delay` in turn, the longest one last. */
export function waitsOf({ first, longest }: GrowingDelay): number[] {
  const waits: number[] = [];
  for (let wait = first; wait < longest; wait *= 2) waits.push(wait);
  return [...waits, longest];
}

/** @returns what is remembered after the first try of a window. */
export function firstTry({ limit, delay }: Budget, now: Date): Spent {
  return { windowAt: now, count: 1, blockedUntil: delay === undefined || limit > 1 ? null : after(now, delay.first) };
}

/**
 * True when nothing that is remembered counts any more: the window is over, or it lies so far ahead that the clock must have been set
 * back since. Without the second half a jump of the clock would lock somebody out until the clock gets there again.
 */
export function isOver(budget: Budget, spent: Spent, now: Date): boolean {
  return spent.windowAt > after(now, budget.window) || quietSince(budget, spent) <= after(now, -budget.window);
}

/** @returns the instant from which another try is admitted, or `null` when one is admitted now. */
export function refusedUntil(budget: Budget, spent: Spent, now: Date): Date | null {
  if (isOver(budget, spent, now)) return null;
  if (budget.delay !== undefined) return spent.blockedUntil !== null && spent.blockedUntil > now ? spent.blockedUntil : null;
  return spent.count < budget.limit ? null : after(spent.windowAt, budget.window);
}

/** How long a budget's row may matter after it was last written, in milliseconds. */
export function memoryOf({ window, delay }: Budget): number {
  return window + (delay?.longest ?? 0);
}

function quietSince({ delay }: Budget, { windowAt, blockedUntil }: Spent): Date {
  return delay !== undefined && blockedUntil !== null && blockedUntil > windowAt ? blockedUntil : windowAt;
}
