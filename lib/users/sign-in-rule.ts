import { Injectable } from '@nestjs/common';
import type { BaseUser } from './base-user.js';
import { UsersSettings } from './users.options.js';

/** Who may sign in, and whose sessions are good: the active, and with `allowUnconfirmedLogin` the pending too. */
@Injectable()
export class SignInRule {
  constructor(private readonly settings: UsersSettings) {}

  /** A service account has keys and no sessions, whatever password it was given. */
  allows(user: BaseUser): boolean {
    return !user.isService && this.allowsKeys(user);
  }

  /** Whose API keys are good. */
  allowsKeys(user: BaseUser): boolean {
    return user.status === 'active' || (user.status === 'pending' && this.settings.allowUnconfirmedLogin);
  }
}
