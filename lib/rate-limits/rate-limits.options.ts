import { type Duration, isDuration, milliseconds } from '../kernel/duration.js';
import type { Issues } from '../kernel/issues.js';
import { type Budget, memoryOf } from './budget.js';

/** How often within which time; what is left out keeps its default. */
export interface LimitOptions {
  /** A whole number from 1 to 1 000 000. */
  readonly limit?: number;
  /** From one second to 30 days. */
  readonly window?: Duration;
}

export interface DelayedLimitOptions extends LimitOptions {
  /** The wait after the limit is reached: it doubles from `first` and stays at `longest`, at most one day. @default { first: '30s', longest: '1h' } */
  readonly delay?: { readonly first?: Duration; readonly longest?: Duration };
}

export interface LimitsOptions {
  /** Password checks of one address. @default { limit: 60, window: '60s' } */
  readonly passwordChecks?: LimitOptions;
  /** Failed checks of one typed identifier from one address. @default { limit: 5, window: '10m', delay: { first: '30s', longest: '1h' } } */
  readonly failedChecksFromAddress?: DelayedLimitOptions;
  /** Failed checks of one typed identifier from anywhere, known devices excepted. @default { limit: 50, window: '10m' } */
  readonly failedChecksAnywhere?: LimitOptions;
  /** Registrations from one address, and users that somebody without a right makes there by `createAs`. @default { limit: 60, window: '1h' } */
  readonly registrations?: LimitOptions;
  /** Confirmations of mailed tokens from one address. @default { limit: 60, window: '10m' } */
  readonly confirmations?: LimitOptions;
  /** Mails of one purpose to one account; beyond it the answer stays the same and no mail goes out. @default { limit: 2, window: '30m' } */
  readonly mailsToAccount?: LimitOptions;
  /** Requests for a mail from one address. @default { limit: 60, window: '1h' } */
  readonly mailRequests?: LimitOptions;
  /** Wrong passwords in a row until an account's password is disabled (NIST SP 800-63B-4, 3.2.2: no more than 100). @default 100 */
  readonly consecutiveFailures?: number;
}

/** The resolved {@link LimitsOptions}: the budgets that the services spend. */
export abstract class LimitsSettings {
  abstract readonly passwordChecks: Budget;
  abstract readonly failedChecksFromAddress: Budget;
  abstract readonly failedChecksAnywhere: Budget;
  abstract readonly registrations: Budget;
  abstract readonly confirmations: Budget;
  abstract readonly mailsToAccount: Budget;
  abstract readonly mailRequests: Budget;
  abstract readonly consecutiveFailures: number;
  /** After this many milliseconds without a try a row means nothing under any of these budgets: it may be purged. */
  abstract readonly memory: number;
}

const MAX_LIMIT = 1_000_000;
/** As long as the longest rate of an API key. */
const LEAST_MEMORY = milliseconds('1h');
/** NIST SP 800-63B-4, section 3.2.2: no more than these. */
const MAX_FAILURES = 100;
const MIN_LENGTH = milliseconds('1s');
const MAX_WINDOW = milliseconds('30d');
/** Of a counter of the host's own: rows are kept at least so long. */
export const LONGEST_HIT_WINDOW = milliseconds('1d');
const MAX_DELAY = milliseconds('1d');

const DEFAULTS = {
  passwordChecks: { name: 'password-checks', limit: 60, window: '60s' },
  failedChecksFromAddress: { name: 'failed-checks-from-address', limit: 5, window: '10m', delay: { first: '30s', longest: '1h' } },
  failedChecksAnywhere: { name: 'failed-checks-anywhere', limit: 50, window: '10m' },
  registrations: { name: 'registrations', limit: 60, window: '1h' },
  confirmations: { name: 'confirmations', limit: 60, window: '10m' },
  mailsToAccount: { name: 'mails-to-account', limit: 2, window: '30m' },
  mailRequests: { name: 'mail-requests', limit: 60, window: '1h' },
} as const satisfies Record<string, DelayedLimitOptions & { name: string }>;

type BudgetName = keyof typeof DEFAULTS;
const BUDGETS = Object.keys(DEFAULTS) as BudgetName[];

/** Checks the limits and fills in the defaults; every fault is noted in `issues`. */
export function resolveLimitsOptions(input: LimitsOptions | undefined, issues: Issues): LimitsSettings {
  const given = objectOf(input, { path: 'limits', known: [...BUDGETS, 'consecutiveFailures'] }, issues);
  const budgets = Object.fromEntries(BUDGETS.map((name) => [name, budgetOf(name, given[name], issues)])) as Record<BudgetName, Budget>;
  const memory = Math.max(LEAST_MEMORY, LONGEST_HIT_WINDOW, ...Object.values(budgets).map(memoryOf));
  return { ...budgets, consecutiveFailures: failuresOf(given['consecutiveFailures'] ?? MAX_FAILURES, issues), memory };
}

function budgetOf(name: BudgetName, input: unknown, issues: Issues): Budget {
  const path = `limits.${name}`;
  const defaults: DelayedLimitOptions & { name: string } = DEFAULTS[name];
  const known = defaults.delay === undefined ? ['limit', 'window'] : ['limit', 'window', 'delay'];
  const given = objectOf(input, { path, known }, issues);
  const budget = {
    name: defaults.name,
    limit: countOf(given['limit'] ?? defaults.limit, `${path}.limit`, issues),
    window: lengthOf(given['window'] ?? defaults.window, { path: `${path}.window`, max: MAX_WINDOW }, issues),
  };
  if (defaults.delay === undefined) return budget;
  const delay = objectOf(given['delay'], { path: `${path}.delay`, known: ['first', 'longest'] }, issues);
  const first = lengthOf(delay['first'] ?? defaults.delay.first, { path: `${path}.delay.first`, max: MAX_DELAY }, issues);
  const longest = lengthOf(delay['longest'] ?? defaults.delay.longest, { path: `${path}.delay.longest`, max: MAX_DELAY }, issues);
  if (first > longest) issues.add(`${path}.delay`, 'the first wait is longer than the longest: give first <= longest.');
  return { ...budget, delay: { first, longest } };
}

/** A wrong name is a fault and not a default: whoever misspells a limit believes that it holds. */
function objectOf(input: unknown, { path, known }: { path: string; known: readonly string[] }, issues: Issues): Record<string, unknown> {
  if (input === undefined) return {};
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    issues.add(path, `a limit cannot be switched off; give an object with ${known.join(', ')}, with a large limit if none should be felt.`);
    return {};
  }
  for (const name of Object.keys(input)) {
    if (!known.includes(name)) issues.add(`${path}.${name}`, `there is no such option; there are ${known.join(', ')}.`);
  }
  return input as Record<string, unknown>;
}

function countOf(value: unknown, path: string, issues: Issues): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_LIMIT) return value;
  issues.add(path, `give a whole number from 1 to ${MAX_LIMIT}.`);
  return 1;
}

function failuresOf(value: unknown, issues: Issues): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_FAILURES) return value;
  issues.add('limits.consecutiveFailures', `give a whole number from 1 to ${MAX_FAILURES}.`);
  return MAX_FAILURES;
}

function lengthOf(value: unknown, { path, max }: { path: string; max: number }, issues: Issues): number {
  const length = isDuration(value) ? milliseconds(value) : Number.NaN;
  if (length >= MIN_LENGTH && length <= max) return length;
  issues.add(path, `give a length from '1s' to '${max / milliseconds('1d')}d', such as '10m'.`);
  return Number.NaN;
}
