import { availableParallelism } from 'node:os';
import { type Duration, isDuration, milliseconds } from '../kernel/duration.js';
import { type Issues, noteUnknownNames } from '../kernel/issues.js';
import type { BreachSettings } from './have-i-been-pwned.js';
import { type Argon2Parameters, isAffordableArgon2 } from './argon2-password-hasher.js';
import type { LegacyLogin } from './legacy-login.js';
import type { PasswordSubject } from './password-subject.js';
import type { PasswordVerifier } from './password-verifier.port.js';

/** A check of the host's own: a code that says why the password is refused, or `null`. */
export type PasswordCheck = (password: string, about: PasswordSubject) => string | null | undefined | Promise<string | null | undefined>;

export interface BreachCheckOptions {
  /** Up to the five characters of the hash. @default 'https://api.pwnedpasswords.com/range/' */
  readonly url?: string;
  /** From a second to ten. @default '2s' */
  readonly timeout?: Duration;
}

export interface PasswordsOptions {
  /** `'nist'` asks for 15 characters, as NIST SP 800-63B-4 does where the password is the only factor. @default undefined */
  readonly preset?: 'nist';
  /** In code points; never below 8. @default 8, with the preset `'nist'` 15 */
  readonly minLength?: number;
  /** In code points, from 64 to 1024; longer ones are refused, at log-in too. @default 256 */
  readonly maxLength?: number;
  /** How many of five classes of characters a password must have (capitals, small, caseless, digits, others), from 0 to 4. @default 0 */
  readonly minClasses?: number;
  /** Words that are no password beside the user's own names: the app's, the company's. @default [] */
  readonly contextWords?: readonly string[];
  /** One more check of a new password. @default undefined */
  readonly check?: PasswordCheck;
  /** Whether Have I Been Pwned is asked if a new password was in a leak; with `url`, a server like it. When it does not answer in time, the password passes. @default false */
  readonly breachCheck?: boolean | BreachCheckOptions;
  /** argon2id's cost, memory in KiB; never below OWASP's. @default { memoryCost: 19456, timeCost: 2, parallelism: 1 } */
  readonly argon2?: Partial<Argon2Parameters>;
  /** Readers of old forms of hash, asked before ours. @default [] */
  readonly verifiers?: readonly PasswordVerifier[];
  /**
   * Asked about a name that is unknown here; whom it knows is made a user in the same log-in. Its own time shows: the names that only
   * the old system knows can be told from others by a stopwatch.
   *
   * @default undefined
   */
  readonly legacyLogin?: LegacyLogin;
  /** How many hashes are computed at once. @default one fewer than the cores, and than libuv's threads; at least 1 */
  readonly concurrency?: number;
  /** How many more may wait; the next gets 503. @default 200 */
  readonly queue?: number;
}

/** The resolved {@link PasswordsOptions}. */
export abstract class PasswordsSettings {
  abstract readonly minLength: number;
  abstract readonly maxLength: number;
  abstract readonly minClasses: number;
  abstract readonly contextWords: readonly string[];
  abstract readonly check: PasswordCheck | null;
  /** `null` where nobody is asked. */
  abstract readonly breachCheck: BreachSettings | null;
  abstract readonly argon2: Argon2Parameters;
  abstract readonly verifiers: readonly PasswordVerifier[];
  abstract readonly legacyLogin: LegacyLogin | null;
  abstract readonly concurrency: number;
  abstract readonly queue: number;
  abstract readonly maxConsecutiveFailures: number;
}

const DEFAULT_ARGON2: Argon2Parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** OWASP ASVS 5.0, appendix C: any of these, or more. */
const ARGON2_FLOORS = [
  { memoryCost: 47_104, timeCost: 1 },
  { memoryCost: 19_456, timeCost: 2 },
  { memoryCost: 12_288, timeCost: 3 },
];
const LIBUV_THREADS = 4;

const NAMES = [
  'preset',
  'minLength',
  'maxLength',
  'minClasses',
  'contextWords',
  'check',
  'breachCheck',
  'argon2',
  'verifiers',
  'legacyLogin',
  'concurrency',
  'queue',
] satisfies (keyof PasswordsOptions)[];

/** @param maxConsecutiveFailures `limits.consecutiveFailures`, which has been checked there. */
export function resolvePasswordsOptions(
  options: PasswordsOptions | undefined,
  issues: Issues,
  maxConsecutiveFailures = 100,
): PasswordsSettings {
  noteUnknownNames(options ?? {}, NAMES, { path: 'passwords', issues });
  const { preset, check, contextWords = [], verifiers = [], legacyLogin } = options ?? {};
  const whole = wholeNumbers(options ?? {}, issues);
  if (preset !== undefined && preset !== 'nist') issues.add('passwords.preset', "write 'nist', or leave it out.");
  if (check !== undefined && typeof check !== 'function')
    issues.add('passwords.check', 'give a function (password, about) => code or null.');
  if (legacyLogin !== undefined && typeof legacyLogin !== 'function')
    issues.add('passwords.legacyLogin', 'give a function (login, password) => user or null.');
  if (!isListOf(contextWords, (word) => typeof word === 'string')) issues.add('passwords.contextWords', 'give a list of texts.');
  if (!isListOf(verifiers, isVerifier)) issues.add('passwords.verifiers', 'give a list of objects with the methods reads and verify.');
  return {
    minLength: whole('minLength', preset === 'nist' ? 15 : 8, { from: preset === 'nist' ? 15 : 8, to: 64 }),
    maxLength: whole('maxLength', 256, { from: 64, to: 1_024 }),
    minClasses: whole('minClasses', 0, { from: 0, to: 4 }),
    contextWords,
    check: check ?? null,
    breachCheck: resolveBreachCheck(options?.breachCheck, issues),
    argon2: resolveArgon2(options?.argon2, issues),
    verifiers,
    legacyLogin: legacyLogin ?? null,
    concurrency: whole('concurrency', defaultConcurrency(process.env['UV_THREADPOOL_SIZE'], availableParallelism()), { from: 1, to: 128 }),
    queue: whole('queue', 200, { from: 0, to: 100_000 }),
    maxConsecutiveFailures,
  };
}

type CountOption = 'minLength' | 'maxLength' | 'minClasses' | 'concurrency' | 'queue';

function wholeNumbers(options: PasswordsOptions, issues: Issues) {
  return (name: CountOption, fallback: number, { from, to }: { from: number; to: number }): number => {
    const value = options[name] ?? fallback;
    if (Number.isInteger(value) && value >= from && value <= to) return value;
    issues.add(`passwords.${name}`, `give a whole number from ${from} to ${to}.`);
    return fallback;
  };
}

function resolveArgon2(options: Partial<Argon2Parameters> | undefined, issues: Issues): Argon2Parameters {
  const argon2 = { ...DEFAULT_ARGON2, ...options };
  const isStrong = ARGON2_FLOORS.some(({ memoryCost, timeCost }) => argon2.memoryCost >= memoryCost && argon2.timeCost >= timeCost);
  if (![argon2.memoryCost, argon2.timeCost, argon2.parallelism].every((value) => Number.isInteger(value))) {
    issues.add('passwords.argon2', 'give memoryCost (in KiB), timeCost and parallelism as whole numbers.');
  } else if (!isStrong) {
    issues.add(
      'passwords.argon2',
      'this is weaker than OWASP allows: give memoryCost 19456 with timeCost 2, 12288 with 3, 47104 with 1, or more.',
    );
  } else if (!isAffordableArgon2(argon2)) {
    issues.add(
      'passwords.argon2',
      'this costs more than a log-in may: at most 262144 KiB, timeCost 10, parallelism 16, and 1048576 for memoryCost times timeCost.',
    );
  } else return argon2;
  return DEFAULT_ARGON2;
}

function resolveBreachCheck(given: boolean | BreachCheckOptions | undefined, issues: Issues): BreachSettings | null {
  if (given === undefined || given === false) return null;
  const options: unknown = given === true ? {} : given;
  if (typeof options !== 'object' || options === null) {
    issues.add('passwords.breachCheck', "write true, or give an object with url and timeout: { timeout: '2s' }.");
    return null;
  }
  noteUnknownNames(options, ['url', 'timeout'], { path: 'passwords.breachCheck', issues });
  const { url = 'https://api.pwnedpasswords.com/range/', timeout = '2s' } = options as BreachCheckOptions;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol) || !url.endsWith('/'))
    issues.add('passwords.breachCheck.url', "give an address that ends in a slash: 'https://api.pwnedpasswords.com/range/'.");
  const length = isDuration(timeout) ? milliseconds(timeout) : Number.NaN;
  if (!(length >= 1_000 && length <= 10_000)) issues.add('passwords.breachCheck.timeout', "give a length from '1s' to '10s'.");
  return { url, timeout: length };
}

/**
 * One core stays free for the event loop, or all that is not a log-in would wait behind hashes for it; and one of the threads with which Node
 * also reads files and resolves names.
 */
export function defaultConcurrency(threadPoolSize: string | undefined, cores: number): number {
  const threads = Number(threadPoolSize ?? LIBUV_THREADS);
  return Math.max(1, Math.min(Number.isInteger(threads) && threads > 0 ? threads : LIBUV_THREADS, cores) - 1);
}

function isListOf(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isItem);
}

function isVerifier(value: unknown): boolean {
  const { reads, verify } = (value ?? {}) as { reads?: unknown; verify?: unknown };
  return typeof reads === 'function' && typeof verify === 'function';
}
