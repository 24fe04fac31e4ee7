/** What extensions build on: the inside that stays stable within a major version. */
export { idOfToken, hashToken, mintToken, sameHash, type MintedToken, type TokenKind } from './kernel/secret-token.js';
export { Fields } from './kernel/fields.js';
export { isId, newId } from './kernel/id.js';
export { Background } from './kernel/background.js';
export { CountColumn, FlagColumn, IdColumn, InstantColumn, JsonColumn, KeyColumn, RefColumn, TextColumn } from './persistence/columns.js';
export type { Connection } from './persistence/connection.js';
export { Database } from './persistence/database.js';
export { UnitOfWork, Work } from './persistence/unit-of-work.js';

// For what stands in for ours in tests, and for guards of another kind
export { milliseconds } from './kernel/duration.js';
export type { HttpExchange } from './http/http-exchange.js';
export { HttpExchanges } from './http/http-exchanges.js';
export { HttpSettings } from './http/http.options.js';
export { type AuthenticationDemand, RequestAuthenticator } from './http/request-authenticator.js';
export { RouteAccess } from './http/route-access.js';

// For what reads calls of another kind than HTTP
export { type CallFace, ContextReader } from './http/contexts/context-reader.port.js';
export { contextReadersOf } from './http/contexts/context-readers-of.js';

// For what describes our routes
export { PasswordsSettings } from './passwords/passwords.options.js';
export { RegistrationSettings } from './registration/registration.options.js';
export { type OwnColumn, OwnColumnsStore } from './users/own-columns.store.js';
export { OwnFields } from './users/own-fields.js';
export { UsersSettings } from './users/users.options.js';
export { SpaceName } from './users.module.js';
