import { DomainEvent } from '../kernel/domain-event.js';

/** Somebody chose a new password through a mailed link; every session of the user ended. */
export class PasswordReset extends DomainEvent {
  override readonly name = 'password.reset';

  constructor(
    at: Date,
    override readonly userId: string,
  ) {
    super(at);
  }
}
