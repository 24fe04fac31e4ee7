import { DomainEvent } from '../kernel/domain-event.js';

abstract class SocialIdentityEvent extends DomainEvent {
  constructor(
    at: Date,
    override readonly userId: string,
    readonly provider: string,
  ) {
    super(at);
  }
}

/** A user has one more way in. */
export class SocialIdentityLinked extends SocialIdentityEvent {
  override readonly name = 'social-identity.linked';
}

/** A user has one way in less. */
export class SocialIdentityUnlinked extends SocialIdentityEvent {
  override readonly name = 'social-identity.unlinked';
}
