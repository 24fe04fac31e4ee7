import { Injectable } from '@nestjs/common';
import { Fields } from '../kernel/fields.js';
import type { RequestSource } from '../kernel/request-source.js';
import { Passwords } from '../passwords/passwords.service.js';
import { UnitOfWork, type Work } from '../persistence/unit-of-work.js';
import type { BaseUser } from '../users/base-user.js';
import { SignInRule } from '../users/sign-in-rule.js';
import { UserStore } from '../users/user.store.js';
import { Credentials, type Verified } from './credentials.js';
import { type OpenedSession, type SessionDetails, SessionOpening } from './session-opening.js';
import { InvalidCredentialsError } from './sessions.errors.js';

export interface LoggedIn extends OpenedSession {
  readonly user: BaseUser;
}

/** The log-in, on one screen: read, budgets, one hash, one unit of work. */
@Injectable()
export class Login {
  constructor(
    private readonly credentials: Credentials,
    private readonly opening: SessionOpening,
    private readonly users: UserStore,
    private readonly passwords: Passwords,
    private readonly signInRule: SignInRule,
    private readonly units: UnitOfWork,
  ) {}

  /**
   * @throws InvalidInputError, TooManyRequestsError, or InvalidCredentialsError: one error for unknown, wrong, pending, disabled and banned.
   */
  async login(body: unknown, from?: RequestSource): Promise<LoggedIn> {
    const input = Fields.of(body);
    const details = this.opening.read(input, from);
    const typed = this.credentials.read(input);
    const verified = await this.credentials.verify(typed, from);
    if (verified === null) throw new InvalidCredentialsError();
    return this.units.run((work) => this.open(work, verified, details));
  }

  private async open(work: Work, verified: Verified, details: SessionDetails): Promise<LoggedIn> {
    await this.users.update(work, verified.user.id, { lastLoginAt: work.now });
    const user = await this.stillGood(work, verified);
    const opened = await this.opening.open(work, user, { ...details, needs: user.mustChangePassword ? ['new-password'] : [] });
    return { ...opened, user };
  }

  /** Behind the row's lock: a change of the password or a ban that came in while we hashed has ended all sessions, and must not get one more. */
  private async stillGood(work: Work, { user: { id }, proof }: Verified): Promise<BaseUser> {
    const user = await this.users.findById(work, id);
    const isGood = user !== null && this.signInRule.allows(user) && (await this.passwords.isCurrent(work, id, proof));
    if (!isGood) throw new InvalidCredentialsError();
    return user;
  }
}
