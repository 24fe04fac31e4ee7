import { isIP } from 'node:net';

/** Where a request came from, as the transport tells it. Both may be unknown; neither is ever proof of anything. */
export interface RequestSource {
  /** The client's address after trusted proxies. */
  readonly ip: string | null;
  readonly userAgent: string | null;
  /**
   * What the client showed to be known again: `device` of an earlier log-in. `null` where it showed nothing and could keep one, left out
   * where it cannot.
   */
  readonly device?: string | null | undefined;
  /** What the client showed to be a person's, where that may be asked for. Nobody has checked it. */
  readonly captcha?: unknown;
}

export const UNKNOWN_SOURCE: RequestSource = { ip: null, userAgent: null };

/** What of it goes into a row: an address or nothing, and at most 512 characters of what the client calls itself. */
export function storableSource({ ip, userAgent }: RequestSource = UNKNOWN_SOURCE): Pick<RequestSource, 'ip' | 'userAgent'> {
  return {
    // What a proxy says may be anything; what is no address is unknown.
    ip: ip !== null && ip.length <= 45 && isIP(ip) !== 0 ? ip : null,
    // Cut, not refused: a browser's odd header must not keep its user out.
    userAgent: userAgent === null ? null : [...userAgent.replaceAll('\0', '').toWellFormed()].slice(0, 512).join(''),
  };
}
