import { applyDecorators, UseGuards } from '@nestjs/common';
import { SessionGuard } from '../guards/session.guard.js';
import { OptionalRoute } from '../route-access.js';

/**
 * Lets in everybody, and tells the handler who it is where that can be known: `@CurrentUser() user: CurrentUser | null`. A token that is
 * no longer good counts as none; a session that still needs a step is refused, and so is everybody while the database cannot answer.
 */
export function OptionalSession(): ClassDecorator & MethodDecorator {
  return applyDecorators(OptionalRoute(true), UseGuards(SessionGuard));
}
