import { DomainEvent } from '../kernel/domain-event.js';
import type { RequestSource } from '../kernel/request-source.js';

/** What an impersonation is about. */
export interface ImpersonationFacts {
  /** As whom somebody acts. */
  readonly userId: string;
  /** The human. */
  readonly actorId: string;
  /** The session in the user's name. */
  readonly sessionId: string;
}

/** Somebody acts in a user's name from now on: the moment to tell that user, where the host wants to. */
export class ImpersonationStarted extends DomainEvent implements ImpersonationFacts {
  override readonly name = 'impersonation.started';
  override readonly userId: string;
  readonly actorId: string;
  readonly sessionId: string;

  constructor(
    at: Date,
    { userId, actorId, sessionId }: ImpersonationFacts,
    readonly reason: string,
    readonly from: RequestSource,
  ) {
    super(at);
    [this.userId, this.actorId, this.sessionId] = [userId, actorId, sessionId];
  }
}

/** He returned to his own session. One that ends in another way is told by `SessionEnded`, or by nothing where its time ran out. */
export class ImpersonationStopped extends DomainEvent implements ImpersonationFacts {
  override readonly name = 'impersonation.stopped';
  override readonly userId: string;
  readonly actorId: string;
  readonly sessionId: string;

  constructor(at: Date, { userId, actorId, sessionId }: ImpersonationFacts) {
    super(at);
    [this.userId, this.actorId, this.sessionId] = [userId, actorId, sessionId];
  }
}
