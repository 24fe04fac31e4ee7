import { applyDecorators, type Type, UseGuards } from '@nestjs/common';
import { SessionGuard } from '../guards/session.guard.js';
import { ClosedToActing } from '../route-access.js';

/**
 * For what only the user himself may do: 403 `USERS_ACTING` for who acts in his name, 401 without a session. It brings its guard along.
 */
export function NotWhileActing(): ClassDecorator & MethodDecorator {
  return notWhileActingBy(SessionGuard);
}

/** The same with the guard of another user space. */
export function notWhileActingBy(guard: Type): ClassDecorator & MethodDecorator {
  return applyDecorators(ClosedToActing(true), UseGuards(guard));
}
