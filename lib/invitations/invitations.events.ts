import { DomainEvent } from '../kernel/domain-event.js';

/** Somebody was invited, or invited again. The user is pending until the invitation is accepted, and may never become more. */
export class UserInvited extends DomainEvent {
  override readonly name = 'user.invited';

  constructor(
    at: Date,
    override readonly userId: string,
    readonly invitedById: string | null,
  ) {
    super(at);
  }
}
