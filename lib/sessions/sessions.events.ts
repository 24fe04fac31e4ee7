import { DomainEvent } from '../kernel/domain-event.js';

/** Somebody signed in, or a trusted caller opened a session. */
export class SessionOpened extends DomainEvent {
  override readonly name = 'session.opened';

  constructor(
    at: Date,
    override readonly userId: string,
    readonly sessionId: string,
  ) {
    super(at);
  }
}

/** One session ended: its token opens nothing from now on. */
export class SessionEnded extends DomainEvent {
  override readonly name = 'session.ended';

  constructor(
    at: Date,
    override readonly userId: string,
    readonly sessionId: string,
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
