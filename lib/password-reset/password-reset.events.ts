import { DomainEvent } from '../kernel/domain-event.js';
import { type RequestSource, UNKNOWN_SOURCE } from '../kernel/request-source.js';

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

/** Somebody came with a link that opens nothing: made up, used, too old, or of a user who may not sign in. Outside any transaction. */
export class PasswordResetRefused extends DomainEvent {
  override readonly name = 'password.reset-refused';
  /** Who holds no good link is nobody. */
  override readonly userId = null;

  constructor(
    at: Date,
    readonly from: RequestSource = UNKNOWN_SOURCE,
  ) {
    super(at);
  }
}
