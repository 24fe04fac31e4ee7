/** What extensions build on: the inside that stays stable within a major version. */
export { idOfToken, hashToken, mintToken, sameHash, type MintedToken, type TokenKind } from './kernel/secret-token.js';
export { Fields } from './kernel/fields.js';
export { isId, newId } from './kernel/id.js';
export { after } from './kernel/duration.js';
export { storableSource } from './kernel/request-source.js';
export { Background } from './kernel/background.js';
export { type Measured, type MeasuredOutcomes, type MeasurementListener, Measurements } from './kernel/measurements.js';
export { SignedTokens, type SignedClaims } from './sessions/signed-tokens.port.js';
export { HashLane } from './passwords/hash-lane.js';
export { type MailCounts, MailQueue } from './notifications/mail-queue.js';
export { inBatches } from './maintenance/in-batches.js';
export { Janitor, type Sweep } from './maintenance/janitor.js';
export { decodeCursor, invalidCursor, pageOf, readPageRequest } from './kernel/page.js';
export { MailSettings } from './notifications/notifications.options.js';
export { CountColumn, FlagColumn, IdColumn, InstantColumn, JsonColumn, KeyColumn, RefColumn, TextColumn } from './persistence/columns.js';
export type { Connection } from './persistence/connection.js';
export { withDeadline } from './persistence/deadline.js';
export { Database } from './persistence/database.js';
export type { SchemaSite } from './persistence/migrations/schema-site.js';
export { StatementsMigration } from './persistence/migrations/statements.migration.js';
export type { MigrationClass } from './persistence/migrations/users-migrations.js';
export type { EntityClass } from './persistence/space-entities.js';
export type { Tables } from './persistence/tables.js';
export { UnitOfWork, Work } from './persistence/unit-of-work.js';
export type { ExtensionParts, UsersExtension } from './users-extension.js';

// For routes beside ours
export { AdminRoutes } from './http/controllers/admin-routes.decorator.js';
export { OwnRoutes } from './http/controllers/own-routes.decorator.js';
export type { SessionRequest } from './http/own-request.js';
export { AsksFor } from './http/route-access.js';
export { queryOf } from './http/query.js';

// For what stands in for ours in tests, and for guards of another kind
export { milliseconds } from './kernel/duration.js';
export type { HttpExchange } from './http/http-exchange.js';
export { HttpExchanges } from './http/http-exchanges.js';
export { HttpSettings } from './http/http.options.js';
export { type AuthenticationDemand, RequestAuthenticator } from './http/request-authenticator.js';
export { RequestSignIn, type RunningRequest, type SignInOptions } from './http/request-sign-in.js';
export { OptionalRoute, RouteAccess } from './http/route-access.js';

export { waitsOf } from './rate-limits/budget.js';
export { Memberships } from './roles/memberships.js';

// For what reads calls of another kind than HTTP
export { type CallFace, ContextReader } from './http/contexts/context-reader.port.js';
export { foundIn } from './http/contexts/found-by-guard.js';
export { contextReadersOf } from './http/contexts/context-readers-of.js';

// For what describes our routes
export { PasswordsSettings } from './passwords/passwords.options.js';
export { CaptchaSettings } from './captcha/captcha.options.js';
export { RegistrationSettings } from './registration/registration.options.js';
export { type OwnColumn, OwnColumnsStore } from './users/own-columns.store.js';
export { OwnFields } from './users/own-fields.js';
export { UsersSettings } from './users/users.options.js';
export { SpaceName } from './users.module.js';
export { describeDevice } from './sessions/device.js';
