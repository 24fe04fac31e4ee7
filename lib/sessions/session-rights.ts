import { Injectable } from '@nestjs/common';
import { Memberships } from '../roles/memberships.js';
import { ADMIN, eachOnce } from '../roles/right-names.js';
import { permits, Rights } from '../roles/rights.js';
import type { BaseUser } from '../users/base-user.js';
import { grantOf } from './api-keys/api-key.js';
import type { SessionContext } from './session.js';
import type { SessionRow } from './session.entity.js';

/** What somebody may do by one session, or by one key. */
@Injectable()
export class SessionRights {
  constructor(
    private readonly rights: Rights,
    private readonly memberships: Memberships,
  ) {}

  /** A key has of its owner's present rights those that its scopes name, and is no administrator's unless they say `admin`. */
  of(user: BaseUser, session: SessionRow): Pick<SessionContext, 'roles' | 'permissions' | 'scopes'> {
    const roles = eachOnce([...this.rights.rolesOf(user), ...this.memberships.rolesIn(session.resourceRoles)]);
    const permissions = this.rights.permissionsOf(user);
    if (session.kind !== 'apiKey') return { roles, permissions, scopes: null };
    const { scopes } = grantOf(session);
    return {
      roles: roles.filter((role) => role !== ADMIN || scopes.includes(ADMIN)),
      permissions: scopes.filter((scope) => permits(permissions, scope)),
      scopes,
    };
  }
}
