import { Injectable } from '@nestjs/common';
import { ADMIN_PERMISSIONS } from './admin-permissions.js';
import { ADMIN, eachOnce, storedNames } from './right-names.js';
import { RolesSettings } from './roles.options.js';

/** Who has rights: a user, as his row says. */
export interface RightsHolder {
  readonly isAdmin: boolean;
  readonly roles: unknown;
  readonly permissions: unknown;
}

/** Whether somebody with these permissions may do what asks for `name`. Administrators may do everything. */
export function permits(permissions: readonly string[], name: string): boolean {
  return permissions.includes(ADMIN) || permissions.includes(name);
}

/** Whether somebody with `permissions` may administrate what somebody with `others` may not. */
export function outranks(permissions: readonly string[], others: readonly string[]): boolean {
  return [ADMIN, ...ADMIN_PERMISSIONS].some((name) => permits(permissions, name) && !permits(others, name));
}

/** Whether somebody with `permissions` may act as somebody with `others`: never as an administrator, nor as who may administrate more. */
export function mayActAs(permissions: readonly string[], others: readonly string[]): boolean {
  return permits(permissions, 'users.impersonate') && !others.includes(ADMIN) && !outranks(others, permissions);
}

/** What a user may do: his own permissions and those of his roles, found out anew at each request. */
@Injectable()
export class Rights {
  constructor(private readonly settings: RolesSettings) {}

  /** The flag is the truth; `admin` among the roles is derived from it. */
  rolesOf({ isAdmin, roles }: RightsHolder): string[] {
    return isAdmin ? [ADMIN, ...storedNames(roles)] : storedNames(roles);
  }

  /** Each once. A role that nobody defined grants nothing. */
  permissionsOf({ isAdmin, roles, permissions }: RightsHolder): string[] {
    const ofRoles = storedNames(roles).flatMap((role) => this.settings.definitions?.get(role) ?? []);
    return eachOnce([...(isAdmin ? [ADMIN] : []), ...storedNames(permissions), ...ofRoles]);
  }

  /** Whether a role can be given: any, unless the host has said which there are. */
  knows(role: string): boolean {
    return this.settings.definitions?.has(role) ?? true;
  }
}
