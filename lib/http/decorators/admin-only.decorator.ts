import { applyDecorators, UseGuards } from '@nestjs/common';
import { AdminGuard } from '../guards/admin.guard.js';
import { SessionGuard } from '../guards/session.guard.js';
import { AdminRoute } from '../route-access.js';

/** For administrators alone: 401 without a session, 403 for anybody else. It brings its guards along. */
export function AdminOnly(): ClassDecorator & MethodDecorator {
  return applyDecorators(AdminRoute(true), UseGuards(SessionGuard, AdminGuard));
}
