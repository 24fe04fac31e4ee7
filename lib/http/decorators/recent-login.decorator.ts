import { applyDecorators, type Type, UseGuards } from '@nestjs/common';
import { type Duration, milliseconds } from '../../kernel/duration.js';
import { RecentLoginGuard } from '../guards/recent-login.guard.js';
import { SessionGuard } from '../guards/session.guard.js';
import { RecentRoute } from '../route-access.js';

/**
 * For delicate acts: only who proved lately who he is, by a log-in or by `POST /auth/reauthenticate`; 403
 * `USERS_REAUTHENTICATION_REQUIRED` otherwise, so that a stolen session alone is not enough. It brings its guards along.
 *
 * @param within how long ago at most. @default the option `sessions.recentLogin`, ten minutes
 * @throws RangeError for what is no duration.
 */
export function RecentLogin(within?: Duration): ClassDecorator & MethodDecorator {
  return recentLoginBy([SessionGuard, RecentLoginGuard], within);
}

/** The same with the guards of another user space. */
export function recentLoginBy(guards: readonly Type[], within?: Duration): ClassDecorator & MethodDecorator {
  if (within !== undefined) milliseconds(within);
  return applyDecorators(RecentRoute({ within: within ?? null }), UseGuards(...guards));
}
