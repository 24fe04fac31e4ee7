import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { markOwnAnswer } from '../answer-headers.js';
import { Carriers } from '../carriers/carriers.js';
import { CrossSiteRule } from '../cross-site.rule.js';
import { HttpExchanges } from '../http-exchanges.js';
import { requireJson } from '../json-body.js';

/**
 * Stands before all our own routes: the headers of the answer, JSON bodies only, and the cross-site rule also where nobody is signed in
 * yet, since a stranger's page could otherwise sign a visitor in as somebody else (login CSRF).
 */
@Injectable()
export class OwnRouteGuard implements CanActivate {
  constructor(
    private readonly exchanges: HttpExchanges,
    private readonly carriers: Carriers,
    private readonly crossSite: CrossSiteRule,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const exchange = this.exchanges.of(context);
    markOwnAnswer(exchange);
    requireJson((name) => exchange.header(name));
    this.crossSite.check(exchange, this.carriers.read(exchange));
    return true;
  }
}
