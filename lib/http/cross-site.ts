/** What a browser tells about who made a request, and what came along. */
export interface CrossSiteFacts {
  readonly isSafe: boolean;
  /** `Sec-Fetch-Site`. */
  readonly fetchSite: string | undefined;
  readonly origin: string | undefined;
  /** The `Host` header, or `undefined` where it is missing or came twice. */
  readonly host: string | undefined;
  readonly hasSessionCookie: boolean;
}

export interface CrossSitePolicy {
  readonly origins: readonly string[];
  readonly baseOrigin: string | null;
  readonly isProduction: boolean;
}

/** `lenient`: passes only because this is no production and the page is on this machine. */
export type CrossSiteVerdict = 'pass' | 'lenient' | 'refuse';

/**
 * Whether a request may act with a cookie that the browser sent by itself (OWASP ASVS 5.0, 3.5.1). Browsers set `Sec-Fetch-Site` and
 * no page can forge it; those older than 2023 send `Origin` alone; programs send neither, and then a session cookie is suspicious.
 */
export function judgeCrossSite(facts: CrossSiteFacts, policy: CrossSitePolicy): CrossSiteVerdict {
  if (facts.isSafe || mayPass(facts, policy)) return 'pass';
  return !policy.isProduction && isLocal(facts.origin) ? 'lenient' : 'refuse';
}

function mayPass({ fetchSite, origin, host, hasSessionCookie }: CrossSiteFacts, { origins, baseOrigin }: CrossSitePolicy): boolean {
  if (fetchSite === 'same-origin' || fetchSite === 'none') return true;
  if (origin !== undefined && origins.includes(origin)) return true;
  // `same-site`, `cross-site`, and whatever else claims to be a value: a sub-domain may belong to somebody else.
  if (fetchSite !== undefined) return false;
  if (origin === undefined) return !hasSessionCookie;
  return baseOrigin === null ? isOriginOfHost(origin, host) : origin === baseOrigin;
}

/** Compares as origins, so that `app.com:443` is `https://app.com` and `app.com.evil` is not. */
function isOriginOfHost(origin: string, host: string | undefined): boolean {
  const scheme = /^https?:\/\//.exec(origin)?.[0];
  if (scheme === undefined || host === undefined || !/^[^\s/?#@\\,]+$/.test(host)) return false;
  return URL.canParse(scheme + host) && new URL(scheme + host).origin === origin;
}

function isLocal(origin: string | undefined): boolean {
  return origin !== undefined && /^https?:\/\/(?:localhost|[a-z0-9-]+\.localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/.test(origin);
}
