import { UsersError } from '../kernel/errors.js';
import type { HttpExchange } from './http-exchange.js';

/** The headers in which a credential may stand. */
const CARRIERS = 'Cookie, Authorization, X-Api-Key';

/** What hangs on a session must not be kept by a cache, nor given to the next one who asks. A handler may set other values. */
export function markPersonal(exchange: HttpExchange): void {
  exchange.answer.set('Cache-Control', 'no-store');
  exchange.vary(CARRIERS);
}

/** Everything our own routes say, faults included: no sniffing, and no page of another site embeds it. */
export function markOwnAnswer(exchange: HttpExchange): void {
  markPersonal(exchange);
  exchange.answer.set('X-Content-Type-Options', 'nosniff');
  exchange.answer.set('Cross-Origin-Resource-Policy', 'same-origin');
}

/** The headers that belong to a fault. They are set before the host's exception filters run, which decide over status and body. */
export function markFault(exchange: HttpExchange, error: unknown): void {
  if (!(error instanceof UsersError)) return;
  if (error.retryAfterSeconds !== undefined) exchange.answer.set('Retry-After', String(Math.max(1, Math.ceil(error.retryAfterSeconds))));
}
