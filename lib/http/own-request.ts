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
