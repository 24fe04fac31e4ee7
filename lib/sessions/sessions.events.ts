import { DomainEvent } from '../kernel/domain-event.js';
import { type RequestSource, UNKNOWN_SOURCE } from '../kernel/request-source.js';

/** Somebody signed in, or a trusted caller opened a session. */
export class SessionOpened extends DomainEvent {
  override readonly name = 'session.opened';

  constructor(
    at: Date,
    override readonly userId: string,
    readonly sessionId: string,
    readonly from: RequestSource = UNKNOWN_SOURCE,
  ) {
    super(at);
  }
}

/**
 * Somebody could not sign in: an unknown name, a wrong password, or a user who may not. It comes after the fact and outside any
 * transaction. What was typed is not told: people type passwords into the wrong field.
 */
export class LoginFailed extends DomainEvent {
  override readonly name = 'login.failed';

  /** @param userId whom the name means, whatever the reason; `null` for nobody. */
  constructor(
    at: Date,
    override readonly userId: string | null,
    readonly from: RequestSource = UNKNOWN_SOURCE,
  ) {
    super(at);
  }
}

/** One session ended: its token opens nothing from now on. */
export class SessionEnded extends DomainEvent {
  override readonly name = 'session.ended';

  /** @param actorId of a session in the user's name, the human who acted there; `null` for a session of his own. */
  constructor(
    at: Date,
    override readonly userId: string,
    readonly sessionId: string,
    readonly actorId: string | null = null,
  ) {
    super(at);
  }
}

/** Many sessions ended at once: all of one user's but `exceptSessionId`, or everybody's where `userId` is `null`. */
export class SessionsEnded extends DomainEvent {
  override readonly name = 'sessions.ended';

  constructor(
    at: Date,
    override readonly userId: string | null,
    readonly exceptSessionId: string | null = null,
  ) {
    super(at);
  }
}

/** From now on sessions opened at or before `blackoutAt` are refused; `null` once that is lifted. */
export class BlackoutChanged extends DomainEvent {
  override readonly name = 'sessions.blackout-changed';
  override readonly userId = null;

  constructor(
    at: Date,
    readonly blackoutAt: Date | null,
  ) {
    super(at);
  }
}

/** Somebody made an API key. */
export class ApiKeyCreated extends DomainEvent {
  override readonly name = 'api-key.created';

  constructor(
    at: Date,
    override readonly userId: string,
    readonly keyId: string,
  ) {
    super(at);
  }
}

/** One API key ended: it opens nothing from now on. Keys that end together with all sessions of their user are told by {@link SessionsEnded}. */
export class ApiKeyEnded extends DomainEvent {
  override readonly name = 'api-key.ended';

  constructor(
    at: Date,
    override readonly userId: string,
    readonly keyId: string,
  ) {
    super(at);
  }
}
