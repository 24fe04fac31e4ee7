import { DomainEvent } from '../kernel/domain-event.js';

/** A user has another password: he changed it, chose his first one, or an administrator set it. */
export class PasswordChanged extends DomainEvent {
  override readonly name = 'password.changed';

  constructor(
    at: Date,
    override readonly userId: string,
  ) {
    super(at);
  }
}
