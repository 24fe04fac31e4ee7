import { Injectable } from '@nestjs/common';
import { Background } from '../kernel/background.js';
import { NotFoundError } from '../kernel/errors.js';
import { Fields } from '../kernel/fields.js';
import type { Identifier } from '../kernel/identifiers.js';
import { type RequestSource, UNKNOWN_SOURCE } from '../kernel/request-source.js';
import { Notifier } from '../notifications/notifier.port.js';
import { type IssuedToken, OneTimeTokens } from '../one-time-tokens/one-time-tokens.service.js';
import { Database } from '../persistence/database.js';
import { UnitOfWork } from '../persistence/unit-of-work.js';
import { networkOf } from '../rate-limits/network-of.js';
import { RateLimiter } from '../rate-limits/rate-limiter.js';
import { LimitsSettings } from '../rate-limits/rate-limits.options.js';
import { Credentials } from '../sessions/credentials.js';
import type { BaseUser } from '../users/base-user.js';
import { factsOf } from '../users/named.js';
import { UserFacts } from '../users/user-facts.js';
import { keysOf, type UserRef } from '../users/user-ref.js';
import { UserStore } from '../users/user.store.js';
import { RegistrationSettings } from './registration.options.js';

/** An address that its owner has not confirmed yet, and until when he may. */
export interface WaitingEmailChange {
  readonly email: string;
  readonly expiresAt: Date;
}

/** A change of address waits until the new one confirms; the old one is told, and stays until then. */
@Injectable()
export class EmailChangeService {
  constructor(
    private readonly users: UserStore,
    private readonly facts: UserFacts,
    private readonly tokens: OneTimeTokens,
    private readonly credentials: Credentials,
    private readonly notifier: Notifier,
    private readonly limiter: RateLimiter,
    private readonly limits: LimitsSettings,
    private readonly settings: RegistrationSettings,
    private readonly background: Background,
    private readonly database: Database,
    private readonly units: UnitOfWork,
  ) {}

  /**
   * The user asks for another address; the same answer whether it is free or taken.
   *
   * @throws InvalidInputError, WrongPasswordError, TooManyRequestsError, NotFoundError.
   */
  async requestAs(userId: string, body: unknown, from?: RequestSource): Promise<void> {
    const input = Fields.of(body);
    const password = this.credentials.readPassword(input, 'password');
    const email = this.read(input);
    await this.credentials.reprove(userId, password, from);
    await this.open(userId, email, from);
  }

  /** The same for a trusted caller, who vouches for the user. @throws InvalidInputError, TooManyRequestsError, NotFoundError. */
  async request(ref: UserRef, address: unknown, from?: RequestSource): Promise<void> {
    const user = await this.users.find(this.database, keysOf(ref));
    if (user === null) throw new NotFoundError();
    await this.open(user.id, this.read(Fields.of({ email: address })), from);
  }

  /** Cancels a change that waits. @returns whether one did. */
  async cancel(userId: string): Promise<boolean> {
    return (await this.tokens.voidAll(this.database, userId, ['change-email'])) > 0;
  }

  /** The change that waits for its link to be opened, or null. */
  async waiting(userId: string): Promise<WaitingEmailChange | null> {
    const row = await this.tokens.findLiving(this.database, userId, 'change-email');
    if (row === null) return null;
    const email = row.data?.['email'];
    return { email: typeof email === 'string' ? email : (row.sentTo ?? ''), expiresAt: row.expiresAt };
  }

  private read(input: Fields): Identifier {
    if (!input.has('email')) input.fault('email', 'USERS_REQUIRED');
    const email = this.facts.email(input);
    input.done();
    return email as Identifier;
  }

  private async open(userId: string, email: Identifier, from: RequestSource = UNKNOWN_SOURCE): Promise<void> {
    await this.limiter.spend(this.limits.mailRequests, from === UNKNOWN_SOURCE ? userId : networkOf(from.ip));
    await this.units.run(async (work) => {
      await this.users.lock(work, userId);
      const user = await this.users.findById(work, userId);
      if (user?.status !== 'active') throw new NotFoundError();
      const { confirmationLifetime: lifetime } = this.settings;
      const issued = await this.tokens.issue(work, {
        userId,
        purpose: 'change-email',
        sentTo: email.key,
        data: { email: email.shown },
        lifetime,
      });
      const owner = await this.users.find(work, [{ emailKey: email.key }]);
      work.afterCommit(() => this.mail({ user, owner, email, issued, from }));
    });
  }

  private mail(change: { user: BaseUser; owner: BaseUser | null; email: Identifier; issued: IssuedToken; from: RequestSource }): void {
    const { user, owner, email, issued, from } = change;
    this.background.run('Mailing a change of address', async () => {
      if (!(await this.limiter.trySpend(this.limits.mailsToAccount, `change-email ${user.id}`))) return;
      if (owner === null) await this.notifier.notify({ kind: 'confirm-new-email', to: email.shown, user: factsOf(user), from, ...issued });
      else if (owner.id !== user.id)
        await this.notifier.notify({ kind: 'already-registered', to: owner.email ?? email.shown, user: factsOf(owner), from });
      if (user.email !== null)
        await this.notifier.notify({ kind: 'email-changing', to: user.email, newEmail: email.shown, user: factsOf(user), from });
    });
  }
}
