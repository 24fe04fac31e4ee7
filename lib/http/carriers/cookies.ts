/** RFC 6265bis, section 5.6: a longer life is cut by browsers. */
const MAX_AGE_SECONDS = 400 * 24 * 60 * 60;

export interface CookieToSet {
  readonly name: string;
  readonly value: string;
  readonly isSecure: boolean;
  readonly sameSite: 'Lax' | 'Strict' | 'None';
  /** Seconds; without it the cookie goes when the browser closes. `0` clears. */
  readonly maxAge?: number | undefined;
}

/**
 * Every value of the cookie `name`, as sent. The name is compared exactly: browsers take `__host-session` for a prefixed name, we do
 * not. A cookie without a name is nobody's, even if its value looks like `__Host-session=...` (RFC 6265bis, section 5.7).
 */
export function cookieValues(header: string | undefined, name: string): string[] {
  if (header === undefined || !header.includes(name)) return [];
  return header
    .split(';')
    .map((pair) => pair.replace(/^[ \t]+|[ \t]+$/g, ''))
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
}

/** A `Set-Cookie` value. Name and value must be made of our own characters: nothing is escaped here. */
export function serialiseCookie({ name, value, isSecure, sameSite, maxAge }: CookieToSet): string {
  // No caller can reach this; a later one who forgets must not open a header to what a client sent.
  if (/[^\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]/.test(name + value)) throw new Error('A cookie of ours must not need escaping.');
  const age = maxAge === undefined ? '' : `; Max-Age=${Math.min(Math.max(0, Math.floor(maxAge)), MAX_AGE_SECONDS)}`;
  return `${name}=${value}${age}; Path=/; HttpOnly${isSecure ? '; Secure' : ''}; SameSite=${sameSite}`;
}
