import { Injectable } from '@nestjs/common';
import { NotFoundError } from '../kernel/errors.js';
import { Fields } from '../kernel/fields.js';
import { Measurements } from '../kernel/measurements.js';
import type { RequestSource } from '../kernel/request-source.js';
import { Passwords } from '../passwords/passwords.service.js';
import { Database } from '../persistence/database.js';
import { UnitOfWork, type Work } from '../persistence/unit-of-work.js';
import type { BaseUser } from '../users/base-user.js';
import { SignInRule } from '../users/sign-in-rule.js';
import { keysOf, type UserRef } from '../users/user-ref.js';
import { UserStore } from '../users/user.store.js';
import { Arrivals } from './arrivals.js';
import { Credentials, type Verified } from './credentials.js';
import { readNeeds } from './session-input.js';
import { type OpenedSession, type SessionDetails, SessionOpening } from './session-opening.js';
import { InvalidCredentialsError } from './sessions.errors.js';

export interface LoggedIn extends OpenedSession {
  readonly user: BaseUser;
  /** What the client's device is to keep; `null` where it cannot keep anything. */
  readonly device: string | null;
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
    private readonly database: Database,
    private readonly arrivals: Arrivals,
    private readonly units: UnitOfWork,
    private readonly measurements: Measurements,
  ) {}

  /**
   * @throws InvalidInputError, TooManyRequestsError, or InvalidCredentialsError: one error for unknown, wrong, pending, disabled and banned.
   */
  async login(body: unknown, from?: RequestSource): Promise<LoggedIn> {
    try {
      const loggedIn = await this.admit(body, from);
      this.measurements.note('login', 'ok');
      return loggedIn;
    } catch (error) {
      this.measurements.noteError('login', error);
      throw error;
    }
  }

  /** Opens a session for whom the caller vouches for. @throws InvalidInputError; NotFoundError for nobody, and for who is not active. */
  async vouchFor(ref: UserRef, details: unknown, from?: RequestSource): Promise<LoggedIn> {
    const input = Fields.of(details);
    const read = { ...this.opening.read(input, from), needs: readNeeds(input) };
    input.done();
    const found = await this.users.find(this.database, keysOf(ref));
    if (found === null) throw new NotFoundError();
    return this.units.run(async (work) => {
      await this.users.update(work, found.id, { lastLoginAt: work.now });
      const user = await this.users.findById(work, found.id);
      if (user === null || !this.signInRule.allows(user)) throw new NotFoundError();
      return { ...(await this.opening.open(work, user, read)), user, device: null };
    });
  }

  /** Whether he may sign in at all, by whatever. */
  admits(user: BaseUser): boolean {
    return this.signInRule.allows(user);
  }

  /**
   * Opens a session for whom somebody else has proved, as a right password does. Its first statement takes the lock of his row.
   *
   * @returns `null` for nobody, and for who may not sign in.
   */
  async enter(work: Work, userId: string, details: SessionDetails): Promise<LoggedIn | null> {
    await this.users.lock(work, userId);
    const user = await this.users.findById(work, userId);
    if (user === null || !this.signInRule.allows(user)) return null;
    const isFirst = user.lastLoginAt === null;
    await this.users.update(work, userId, { lastLoginAt: work.now });
    user.lastLoginAt = work.now;
    return this.welcome(work, user, { details, isFirst });
  }

  private async admit(body: unknown, from?: RequestSource): Promise<LoggedIn> {
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
    return this.welcome(work, user, { details, isFirst: verified.user.lastLoginAt === null });
  }

  private async welcome(
    work: Work,
    user: BaseUser,
    { details, isFirst }: { details: SessionDetails; isFirst: boolean },
  ): Promise<LoggedIn> {
    const opened = await this.opening.open(work, user, { ...details, needs: user.mustChangePassword ? ['new-password'] : [] });
    return { ...opened, user, device: await this.arrivals.welcome(work, user, { from: details.from, isFirst }) };
  }

  /** Behind the row's lock: a change of the password or a ban that came in while we hashed has ended all sessions, and must not get one more. */
  private async stillGood(work: Work, { user: { id }, proof }: Verified): Promise<BaseUser> {
    const user = await this.users.findById(work, id);
    const isGood = user !== null && this.signInRule.allows(user) && (await this.passwords.isCurrent(work, id, proof));
    if (!isGood) throw new InvalidCredentialsError();
    return user;
  }
}
