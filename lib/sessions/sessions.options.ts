import { type Duration, isDuration, milliseconds } from '../kernel/duration.js';
import type { Issues } from '../kernel/issues.js';
import { resolveSessionCache, type SessionCacheOptions, type SessionCacheSettings } from './session-cache.options.js';
import type { LoginExtrasOf } from './login-extras.js';

export interface SessionsOptions {
  /** How long a session lives without use. @default '10d' */
  readonly idleTimeout?: Duration;
  /** How long a session lives however busy it is. @default '30d' */
  readonly absoluteTimeout?: Duration;
  /** The newest use reaches the row within this time; `'0s'` writes at each use. @default '1m' */
  readonly touchInterval?: Duration;
  /** How long after a log-in or a `reauthenticate` a delicate act needs no password again: what `@RecentLogin()` asks for. @default '10m' */
  readonly recentLogin?: Duration;
  /** How long somebody may act in another's name, however busy he is; at most an hour. @default '1h' */
  readonly actingTimeout?: Duration;
  /** Whether use prolongs a session. Without it the idle time-out counts from the log-in. @default true */
  readonly sliding?: boolean;
  /** How many sessions a user may have at once; `null` for any number. @default null */
  readonly max?: number | null;
  /** What a log-in beyond `max` does. @default 'end-oldest' */
  readonly whenFull?: 'end-oldest' | 'refuse';
  /** Whether a trusted caller may open a session that never ends. @default false */
  readonly allowNonExpiring?: boolean;
  /** Fields of yours for the answer of a log-in, under `extras`; called once the session is open. @default undefined */
  readonly loginExtras?: LoginExtrasOf;
  /** Whether PostgreSQL prepares the look-up of a session, once for each connection; not behind PgBouncer before 1.21. @default true */
  readonly preparedStatements?: boolean;
  /** Whether a node may answer from memory for some seconds: fewer statements, for less certainty. @default false */
  readonly cache?: boolean | SessionCacheOptions;
}

/** The resolved {@link SessionsOptions}; lengths in milliseconds. */
export abstract class SessionsSettings {
  abstract readonly idleTimeout: number;
  abstract readonly absoluteTimeout: number;
  abstract readonly touchInterval: number;
  abstract readonly recentLogin: number;
  abstract readonly actingTimeout: number;
  abstract readonly sliding: boolean;
  abstract readonly max: number | null;
  abstract readonly whenFull: 'end-oldest' | 'refuse';
  abstract readonly allowNonExpiring: boolean;
  abstract readonly preparedStatements: boolean;
  /** `null` for no cache. */
  abstract readonly cache: SessionCacheSettings | null;
  abstract readonly loginExtras: LoginExtrasOf | null;
}

/** Far below 2^31 milliseconds, beyond which a timer of Node's runs all the time. */
const LONGEST_TOUCH_INTERVAL = milliseconds('1d');

/** A stolen or forgotten session in another's name must not last. */
const LONGEST_ACTING = '1h';

type LengthName = 'idleTimeout' | 'absoluteTimeout' | 'touchInterval' | 'recentLogin' | 'actingTimeout';

/** Checks the options and fills in the defaults; every fault is noted in `issues`. */
export function resolveSessionsOptions(options: SessionsOptions | undefined, issues: Issues): SessionsSettings {
  const { sliding = true, max = null, whenFull = 'end-oldest', allowNonExpiring = false, preparedStatements = true } = options ?? {};
  const loginExtras = options?.loginExtras ?? null;
  const length = (name: LengthName, fallback: Duration): number => {
    const value = options?.[name] ?? fallback;
    if (isDuration(value)) return milliseconds(value);
    issues.add(`sessions.${name}`, "write a duration with its unit: '30s', '15m', '12h' or '10d'.");
    return milliseconds(fallback);
  };
  const lengths = {
    idleTimeout: length('idleTimeout', '10d'),
    absoluteTimeout: length('absoluteTimeout', '30d'),
    touchInterval: length('touchInterval', '1m'),
    recentLogin: length('recentLogin', '10m'),
    actingTimeout: length('actingTimeout', LONGEST_ACTING),
  };
  const cache = resolveSessionCache(options?.cache, issues);
  const settings = { ...lengths, sliding, max, whenFull, allowNonExpiring, preparedStatements, cache, loginExtras };
  noteFaults(settings, issues);
  if (loginExtras !== null && typeof loginExtras !== 'function')
    issues.add('sessions.loginExtras', 'give a function ({ user, session, roles, permissions }) => an object.');
  // A misspelt option would be a default that nobody chose.
  for (const name of Object.keys(options ?? {})) {
    if (!Object.hasOwn(settings, name))
      issues.add(`sessions.${name}`, `there is no such option; there are ${Object.keys(settings).join(', ')}.`);
  }
  return settings;
}

function noteFaults(
  {
    idleTimeout,
    absoluteTimeout,
    touchInterval,
    actingTimeout,
    sliding,
    max,
    whenFull,
    allowNonExpiring,
    preparedStatements,
  }: SessionsSettings,
  issues: Issues,
): void {
  if (idleTimeout <= 0 || absoluteTimeout <= 0) issues.add('sessions', 'idleTimeout and absoluteTimeout must be longer than nothing.');
  if (idleTimeout > absoluteTimeout)
    issues.add('sessions.idleTimeout', 'it is longer than absoluteTimeout: make it shorter, or absoluteTimeout longer.');
  if (touchInterval > Math.min(idleTimeout / 2, LONGEST_TOUCH_INTERVAL))
    issues.add('sessions.touchInterval', 'make it at most half of idleTimeout, and at most a day.');
  if (actingTimeout <= 0 || actingTimeout > milliseconds(LONGEST_ACTING))
    issues.add('sessions.actingTimeout', 'make it longer than nothing, and at most an hour.');
  if (typeof sliding !== 'boolean') issues.add('sessions.sliding', 'write true or false.');
  if (typeof allowNonExpiring !== 'boolean') issues.add('sessions.allowNonExpiring', 'write true or false.');
  if (typeof preparedStatements !== 'boolean') issues.add('sessions.preparedStatements', 'write true or false.');
  if (max !== null && (!Number.isInteger(max) || max < 1))
    issues.add('sessions.max', 'give a whole number of at least 1, or null for any number.');
  if (!['end-oldest', 'refuse'].includes(whenFull)) issues.add('sessions.whenFull', "write 'end-oldest' or 'refuse'.");
}
