import { applyDecorators, UseGuards, UseInterceptors } from '@nestjs/common';
import { FaultsInterceptor } from '../faults.interceptor.js';
import { OwnRouteGuard } from '../guards/own-route.guard.js';
import { SessionGuard } from '../guards/session.guard.js';
import { OwnRoute } from '../own-route.js';

/** What every controller of ours has: our headers, JSON alone, the cross-site rule, and a session unless a method says otherwise. */
export function OwnRoutes(): ClassDecorator {
  return applyDecorators(OwnRoute(true), UseGuards(OwnRouteGuard, SessionGuard), UseInterceptors(FaultsInterceptor));
}
