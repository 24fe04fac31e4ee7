/** Where a request came from, as the transport tells it. Both may be unknown; neither is ever proof of anything. */
export interface RequestSource {
  /** The client's address after trusted proxies. */
  readonly ip: string | null;
  readonly userAgent: string | null;
}

export const UNKNOWN_SOURCE: RequestSource = { ip: null, userAgent: null };
