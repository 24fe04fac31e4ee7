import { applyDecorators, UseGuards } from '@nestjs/common';
import { demanding } from '../demands.js';
import { ResourceRoleGuard } from '../guards/resource-role.guard.js';
import { SessionGuard } from '../guards/session.guard.js';

/** Of which resource a role is asked. */
export interface ResourceRoleOptions {
  /** The kind of resource, as `memberships.load` calls it. */
  readonly resource: string;
  /** What the id is called in the path, among the arguments of a query, or in a message. @default 'id' */
  readonly param?: string;
}

/**
 * For members of the resource that the call names, on this level or above: `@RequireResourceRole('member', { resource: 'list' })` before
 * `lists/:id`. The host's memberships are asked at each call. 401 without a session, 403 otherwise. It brings its guards along.
 */
export function RequireResourceRole(level: string, { resource, param = 'id' }: ResourceRoleOptions): ClassDecorator & MethodDecorator {
  return applyDecorators(demanding({ kind: 'resource', level, resource, param }), UseGuards(SessionGuard, ResourceRoleGuard));
}
