import type { Permission } from './admin-permissions.js';

/** What each role permits. */
export type RoleDefinitions = Readonly<Record<string, readonly Permission[]>>;

/**
 * Says what each role permits, for the option `roles`: `defineRoles({ editor: ['note:read', 'note:write'] })`. Permissions are looked up
 * at each request, so a changed definition holds for everybody from the next start on. The names of the roles are
 * `keyof typeof roles`, for `Register`.
 */
export function defineRoles<const R extends RoleDefinitions>(roles: R): R {
  return roles;
}
