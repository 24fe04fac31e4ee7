import { type Duration, isDuration, milliseconds } from '../kernel/duration.js';
import { type Issues, noteUnknownNames } from '../kernel/issues.js';

export interface SessionCacheOptions {
  /**
   * For how long a node may answer from memory, whatever has happened meanwhile: the longest time for which an end that it did not hear of
   * is unknown to it. At most a minute. @default '5s'
   */
  readonly lifetime?: Duration;
  /** How many sessions one process remembers, a few kilobytes each; beyond it the eldest goes. @default 10000 */
  readonly max?: number;
}

/** The resolved {@link SessionCacheOptions}. */
export interface SessionCacheSettings {
  /** In milliseconds. */
  readonly lifetime: number;
  readonly max: number;
}

const LONGEST = milliseconds('1m');
const MOST = 1_000_000;

/** @returns `null` for no cache. */
export function resolveSessionCache(given: boolean | SessionCacheOptions | undefined, issues: Issues): SessionCacheSettings | null {
  if (given === undefined || given === false) return null;
  if (given !== true && (typeof given !== 'object' || given === null)) {
    issues.add('sessions.cache', "write false, true or { lifetime: '5s', max: 10000 }.");
    return null;
  }
  const options = given === true ? {} : given;
  noteUnknownNames(options, ['lifetime', 'max'], { path: 'sessions.cache', issues });
  const { lifetime = '5s', max = 10_000 } = options;
  const length = isDuration(lifetime) ? milliseconds(lifetime) : 0;
  if (length <= 0 || length > LONGEST)
    issues.add('sessions.cache.lifetime', "give a length of time with its unit, of at most a minute: '5s'.");
  if (!Number.isInteger(max) || max < 1 || max > MOST) issues.add('sessions.cache.max', `give a whole number between 1 and ${MOST}.`);
  return { lifetime: length, max };
}
