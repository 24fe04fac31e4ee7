import type { Issues } from '../kernel/issues.js';
import { isPlainObject } from '../kernel/json.js';

export interface CookieOptions {
  /** Without its prefix: `session` is sent as `__Host-session`. @default 'session', or '<space>-session' in another space */
  readonly name?: string;
  /**
   * Whether the cookie is Secure and its name begins with `__Host-`. `auto`: always in production; elsewhere where the request came
   * over TLS, since Safari drops Secure cookies on http://localhost. `false` is refused in production. @default 'auto'
   */
  readonly secure?: 'auto' | boolean;
  /** `none` asks for `secure: true`. @default 'lax' */
  readonly sameSite?: 'lax' | 'strict' | 'none';
}

export interface CookieSettings {
  readonly name: string;
  /** Of the cookie by which a browser is known again. */
  readonly deviceName: string;
  /** `auto` is left only outside production. */
  readonly secure: 'auto' | boolean;
  readonly sameSite: 'Lax' | 'Strict' | 'None';
}

const SAME_SITE = { lax: 'Lax', strict: 'Strict', none: 'None' } as const;
const PREFIX = '__Host-';
/** RFC 6265, section 4.1.1: a token of RFC 2616. Anything else could end the name and begin an attribute (CVE-2024-47764). */
const TOKEN = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$/;
const KNOWN = new Set(['name', 'secure', 'sameSite']);

export interface CookieSurroundings {
  readonly space: string;
  readonly isProduction: boolean;
}

export function resolveCookieOptions(
  input: CookieOptions | undefined,
  issues: Issues,
  { space, isProduction }: CookieSurroundings,
): CookieSettings {
  const own = space === 'users' ? '' : `${space}-`;
  const { name = `${own}session`, secure = 'auto', sameSite = 'lax' } = optionsOf(input, issues);
  if (typeof name !== 'string' || !TOKEN.test(bare(name)) || /^__/.test(bare(name))) {
    issues.add(
      'http.cookie.name',
      "give a plain name without spaces, ';', '=' or a prefix of its own: 'session' is sent as '__Host-session'.",
    );
  }
  if (bare(String(name)) === `${own}device`)
    issues.add('http.cookie.name', 'that is the name of the cookie by which a browser is known again.');
  checkSecure(secure, isProduction, issues);
  if (!Object.hasOwn(SAME_SITE, sameSite)) issues.add('http.cookie.sameSite', "write 'lax', 'strict' or 'none'.");
  if (sameSite === 'none' && secure !== true)
    issues.add('http.cookie.sameSite', "'none' is ignored by browsers without Secure: set http.cookie.secure to true.");
  return Object.freeze({
    name: bare(String(name)),
    deviceName: `${own}device`,
    secure: isProduction ? true : secure,
    sameSite: SAME_SITE[sameSite],
  });
}

function optionsOf(input: CookieOptions | undefined, issues: Issues): CookieOptions {
  if (input === undefined) return {};
  if (!isPlainObject(input)) {
    issues.add('http.cookie', "give an object: { name: 'session' }.");
    return {};
  }
  for (const key of Object.keys(input)) {
    // A host's `domain` would hand the cookie to every sub-domain, and `__Host-` forbids it; `path` is always `/`.
    if (!KNOWN.has(key)) issues.add(`http.cookie.${key}`, 'is no option of the session cookie (name, secure, sameSite): remove it.');
  }
  return input;
}

function checkSecure(secure: unknown, isProduction: boolean, issues: Issues): void {
  if (secure !== 'auto' && typeof secure !== 'boolean') issues.add('http.cookie.secure', "write 'auto', true or false.");
  if (secure === false && isProduction)
    issues.add('http.cookie.secure', "false would send sessions in the clear; in production write 'auto' or leave it out.");
}

/** A host may write the prefix that we add; it means the same. */
function bare(name: string): string {
  return name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name;
}
