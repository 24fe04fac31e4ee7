import { Injectable } from '@nestjs/common';
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
