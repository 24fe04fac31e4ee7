import type { SessionContext } from '../sessions/session.js';

/**
 * A request behind `SessionGuard`, as our handlers take it. They take it whole, by `@Req()`, because no pipe of the host's touches that:
 * one that trims texts would trim passwords, and one that whitelists would empty a body without decorators.
 */
export interface SessionRequest {
  readonly auth: SessionContext;
}

/** The same where nobody need be signed in. */
export interface OptionalSessionRequest {
  readonly auth: SessionContext | null;
}

/** The id of the human who asks: where he acts in another's name, of himself. For what is kept as done by somebody. */
export function humanIn({ auth: { session, user } }: SessionRequest): string {
  return session.actor?.id ?? user.id;
}
