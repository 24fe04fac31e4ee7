import { applyDecorators, UseGuards } from '@nestjs/common';
import type { RegisteredRole } from '../../kernel/register.js';
import { demanding, someOf } from '../demands.js';
import { RightsGuard } from '../guards/rights.guard.js';
import { SessionGuard } from '../guards/session.guard.js';

/**
 * For who has one of these roles: 401 without a session, 403 otherwise. Administrators have the role `admin` and no other unless it was
 * given to them: to let them in as well, ask for a permission, or name `admin` here. It brings its guards along.
 */
export function RequireRole(...roles: readonly (RegisteredRole | 'admin')[]): ClassDecorator & MethodDecorator {
  const names = someOf(roles, 'RequireRole');
  return applyDecorators(demanding({ kind: 'role', names }), UseGuards(SessionGuard, RightsGuard));
}
