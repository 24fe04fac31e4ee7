import { applyDecorators, UseGuards } from '@nestjs/common';
import type { RegisteredScope } from '../../kernel/register.js';
import { demanding } from '../demands.js';
import { RightsGuard } from '../guards/rights.guard.js';
import { SessionGuard } from '../guards/session.guard.js';

/**
 * Opens a route to API keys that have all of these scopes, without any name to every good key; who is signed in passes. Without this, and
 * without `@RequirePermission()`, no API key comes in. It brings its guards along.
 */
export function RequireScope(...scopes: readonly RegisteredScope[]): ClassDecorator & MethodDecorator {
  return applyDecorators(demanding({ kind: 'scope', names: scopes }), UseGuards(SessionGuard, RightsGuard));
}
