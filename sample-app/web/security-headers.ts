import type { IncomingMessage, ServerResponse } from 'node:http';

const SELF_ONLY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/** Swagger UI brings style elements of its own. */
const API_DOCS = SELF_ONLY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'");

/** Nothing inline, nothing from elsewhere, no address in a `Referer`: mailed tokens pass through these pages. */
export function securityHeaders({ url = '/' }: IncomingMessage, response: ServerResponse, next: () => void): void {
  response.setHeader('Content-Security-Policy', /^\/docs([/?]|$)/.test(url) ? API_DOCS : SELF_ONLY);
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  if (!url.startsWith('/assets/')) response.setHeader('Cache-Control', 'no-store');
  next();
}
