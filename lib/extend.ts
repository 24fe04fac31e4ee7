/** What extensions build on: the inside that stays stable within a major version. */
export { idOfToken, hashToken, mintToken, sameHash, type MintedToken, type TokenKind } from './kernel/secret-token.js';
export { Fields } from './kernel/fields.js';
export { isId, newId } from './kernel/id.js';
export { Background } from './kernel/background.js';
export { CountColumn, FlagColumn, IdColumn, InstantColumn, JsonColumn, KeyColumn, RefColumn, TextColumn } from './persistence/columns.js';
export type { Connection } from './persistence/connection.js';
export { Database } from './persistence/database.js';
export { UnitOfWork, Work } from './persistence/unit-of-work.js';

// What stands in for ours in tests, and what guards of another kind ask
export { type Duration, isDuration, milliseconds } from './kernel/duration.js';
export { SystemRandomSource } from './kernel/system-random-source.js';
export { AdminGuard } from './http/guards/admin.guard.js';
export type { HttpExchange } from './http/http-exchange.js';
export { HttpExchanges } from './http/http-exchanges.js';
export { HttpSettings } from './http/http.options.js';
export { type AuthenticationDemand, RequestAuthenticator } from './http/request-authenticator.js';
export { RouteAccess } from './http/route-access.js';
