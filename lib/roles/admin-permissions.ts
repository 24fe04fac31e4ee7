import type { RegisteredPermission } from '../kernel/register.js';

/**
 * The permissions that the routes of the administration ask for. Given to somebody, they make a support agent who is no administrator;
 * administrators have them all.
 */
export const ADMIN_PERMISSIONS = [
  'users.read',
  'users.create',
  'users.update',
  'users.delete',
  'users.activate',
  'users.ban',
  'users.impersonate',
  'users.invite',
  'users.send-reset',
  'users.set-password',
  'users.set-permissions',
  'users.set-roles',
  'sessions.read',
  'sessions.end',
  'sessions.blackout',
  'audit.read',
] as const;

/** What only administrators do, so that nobody can be given it alone; it shows in `GET /admin/me`. */
export const FOR_ADMINS_ALONE = 'users.set-admin';

export type AdminPermission = (typeof ADMIN_PERMISSIONS)[number];

/** A permission of the host's, or one of the administration. */
export type Permission = RegisteredPermission | AdminPermission;
