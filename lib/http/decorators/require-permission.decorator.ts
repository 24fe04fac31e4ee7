import { applyDecorators, UseGuards } from '@nestjs/common';
import type { Permission } from '../../roles/admin-permissions.js';
import { demanding, someOf } from '../demands.js';
import { RightsGuard } from '../guards/rights.guard.js';
import { SessionGuard } from '../guards/session.guard.js';

/**
 * For who has all of these permissions, by his own list, by a role, or as administrator: 401 without a session, 403 otherwise. An API key
 * must have them among its scopes as well. What stands on the class holds besides. It brings its guards along.
 */
export function RequirePermission(...permissions: readonly Permission[]): ClassDecorator & MethodDecorator {
  const names = someOf(permissions, 'RequirePermission');
  return applyDecorators(demanding({ kind: 'permission', names }), UseGuards(SessionGuard, RightsGuard));
}
