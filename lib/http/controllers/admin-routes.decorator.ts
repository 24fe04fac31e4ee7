import { applyDecorators, UseGuards, UseInterceptors } from '@nestjs/common';
import { FaultsInterceptor } from '../faults.interceptor.js';
import { AdminGuard } from '../guards/admin.guard.js';
import { OwnRouteGuard } from '../guards/own-route.guard.js';
import { SessionGuard } from '../guards/session.guard.js';
import { OwnRoute } from '../own-route.js';
import { AdminRoute } from '../route-access.js';

/** What every controller of the administration has: that of our own routes, and administrators alone. */
export function AdminRoutes(): ClassDecorator {
  return applyDecorators(
    OwnRoute(true),
    AdminRoute(true),
    UseGuards(OwnRouteGuard, SessionGuard, AdminGuard),
    UseInterceptors(FaultsInterceptor),
  );
}
