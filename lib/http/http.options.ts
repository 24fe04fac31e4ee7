import { type Duration, isDuration, milliseconds } from '../kernel/duration.js';
import { type Issues, noteUnknownNames } from '../kernel/issues.js';
import { isPlainObject } from '../kernel/json.js';
import { type CookieOptions, type CookieSettings, resolveCookieOptions } from './cookie.options.js';

export type CarrierName = 'cookie' | 'bearer' | 'apiKey';

const CARRIERS: readonly CarrierName[] = ['cookie', 'bearer', 'apiKey'];

export interface HttpOptions {
  /** Origins of other sites whose pages may call with the session cookie, exactly as browsers send them. @default [] */
  readonly origins?: readonly string[];
  /** Where a credential may come from. What is not listed is not looked at. @default ['cookie', 'bearer', 'apiKey'] */
  readonly carriers?: readonly CarrierName[];
  readonly cookie?: CookieOptions;
  /** `marked`: routes with `SessionGuard` ask for a session. `everything`: all but those marked `@Public()`. @default 'marked' */
  readonly guard?: 'marked' | 'everything';
  /** The metadata key of a `@Public()` that the host already has, such as `'isPublic'`. @default none */
  readonly publicKey?: string;
  /** How long one question to the database may take before it is a 503. @default '2s' */
  readonly checkTimeout?: Duration;
}

/** The resolved {@link HttpOptions}. */
export abstract class HttpSettings {
  abstract readonly origins: readonly string[];
  abstract readonly carriers: readonly CarrierName[];
  abstract readonly cookie: CookieSettings;
  abstract readonly guard: 'marked' | 'everything';
  abstract readonly publicKey: string | null;
  /** Milliseconds. */
  abstract readonly checkTimeout: number;
  /** The origin under which people see the app, from `mail.baseUrl`; `null` where it is unknown. */
  abstract readonly baseOrigin: string | null;
  abstract readonly isProduction: boolean;
}

/** What the HTTP side must know of the rest of the configuration. */
export interface HttpSurroundings {
  /** The user space's name: another space than `users` gets cookies of its own. @default 'users' */
  readonly space?: string;
  /** As in the mail options, which check it. */
  readonly baseUrl?: string | undefined;
  /** @default `NODE_ENV === 'production'` */
  readonly isProduction?: boolean;
}

export function resolveHttpOptions(input: HttpOptions | undefined, issues: Issues, around: HttpSurroundings = {}): HttpSettings {
  const { origins = [], carriers = CARRIERS, cookie, guard = 'marked', publicKey, checkTimeout = '2s' } = optionsOf(input, issues);
  const { space = 'users', baseUrl, isProduction = process.env['NODE_ENV'] === 'production' } = around;
  checkOrigins(origins, issues);
  checkCarriers(carriers, issues);
  if (guard !== 'marked' && guard !== 'everything') issues.add('http.guard', "write 'marked' or 'everything'.");
  if (publicKey !== undefined && (typeof publicKey !== 'string' || publicKey === ''))
    issues.add('http.publicKey', "give the key of your metadata: 'isPublic'.");
  const isTimeout = isDuration(checkTimeout) && milliseconds(checkTimeout) > 0;
  if (!isTimeout) issues.add('http.checkTimeout', "give a length of time with its unit, longer than nothing: '2s'.");
  return Object.freeze({
    origins,
    carriers,
    cookie: resolveCookieOptions(cookie, issues, { space, isProduction }),
    guard,
    publicKey: publicKey ?? null,
    checkTimeout: isTimeout ? milliseconds(checkTimeout) : 0,
    baseOrigin: originOf(baseUrl),
    isProduction,
  });
}

function optionsOf(input: HttpOptions | undefined, issues: Issues): HttpOptions {
  if (input === undefined) return {};
  if (isPlainObject(input)) {
    noteUnknownNames(input, ['origins', 'carriers', 'cookie', 'guard', 'publicKey', 'checkTimeout'], { path: 'http', issues });
    return input;
  }
  issues.add('http', 'give an object: { origins: [...] }.');
  return {};
}

function checkOrigins(origins: unknown, issues: Issues): void {
  if (!Array.isArray(origins)) return issues.add('http.origins', "give a list of origins: ['https://app.example.com'].");
  for (const origin of origins) {
    if (!isOrigin(origin))
      issues.add(
        'http.origins',
        `${JSON.stringify(origin)} is no origin: write scheme and host alone, as browsers send it: 'https://app.example.com'.`,
      );
  }
}

function checkCarriers(carriers: unknown, issues: Issues): void {
  const isList = Array.isArray(carriers) && carriers.length > 0 && carriers.every((name) => CARRIERS.includes(name as CarrierName));
  if (!isList) issues.add('http.carriers', "list at least one of 'cookie', 'bearer' and 'apiKey'.");
}

/** Wildcards and `null` are no origins: the first would let in everybody, the second every sandboxed frame. */
function isOrigin(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  if (/^https?:/.test(value)) return !value.includes('*') && originOf(value) === value;
  // Apps in a web view have schemes of their own: capacitor://localhost.
  return /^[a-z][a-z0-9+.-]*:\/\/[a-z0-9.-]+$/.test(value);
}

function originOf(url: string | undefined): string | null {
  if (url === undefined || !URL.canParse(url)) return null;
  const { origin } = new URL(url);
  return origin === 'null' ? null : origin;
}
