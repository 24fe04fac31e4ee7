import { Injectable, Logger } from '@nestjs/common';
import type { Credential } from './carriers/carriers.js';
import { judgeCrossSite } from './cross-site.js';
import { HttpSettings } from './http.options.js';
import { CrossSiteError } from './http.errors.js';
import type { HttpExchange } from './http-exchange.js';

/** Refuses what other sites' pages send with our cookie. */
@Injectable()
export class CrossSiteRule {
  private readonly logger = new Logger('UsersHttp');
  private readonly told = new Set<string>();

  constructor(private readonly settings: HttpSettings) {}

  /** @throws CrossSiteError when the request is not safe and comes from a page that may not act. */
  check(exchange: HttpExchange, { carrier, hasSessionCookie }: Pick<Credential, 'carrier' | 'hasSessionCookie'>): void {
    // No browser adds these headers by itself, and no page may without asking first (CORS).
    if (carrier === 'bearer' || carrier === 'apiKey') return;
    const origin = exchange.header('origin');
    const verdict = judgeCrossSite(
      {
        isSafe: exchange.isSafe,
        fetchSite: exchange.header('sec-fetch-site'),
        origin,
        // Node lets two Host headers through and shows the first; a proxy before us may have gone by the second.
        host: exchange.count('host') > 1 ? undefined : (exchange.header('host') ?? exchange.header(':authority')),
        hasSessionCookie,
      },
      this.settings,
    );
    if (verdict === 'refuse') throw new CrossSiteError();
    if (verdict === 'lenient') this.tell(String(origin));
  }

  private tell(origin: string): void {
    if (this.told.has(origin) || this.told.size >= 20) return;
    this.told.add(origin);
    this.logger.warn(
      `${origin} may use the session cookie because this is not production. For production, list your front end's origin in http.origins.`,
    );
  }
}
