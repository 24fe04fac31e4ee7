/**
 * What a host tells the compiler once:
 * `declare module 'nestjs-users' { interface Register { user: AppUser; permissions: 'note:read' | 'note:write' } }`.
 * Services, `CurrentUser` and its field names, `@RequirePermission()` and its sisters follow. It knows `user`, `permissions`, `roles` and
 * `scopes`.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- filled by the host through declaration merging
export interface Register {}

/** The host's permissions where they are registered, any name otherwise. */
export type RegisteredPermission = Register extends { permissions: infer P extends string } ? P : string;

/** The host's roles where they are registered, any name otherwise. */
export type RegisteredRole = Register extends { roles: infer R extends string } ? R : string;

/** The scopes of the host's API keys where they are registered, any name otherwise. */
export type RegisteredScope = Register extends { scopes: infer S extends string } ? S : string;
