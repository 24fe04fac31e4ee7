import { Injectable } from '@nestjs/common';
import { Background } from '../kernel/background.js';
import { InvalidInputError, NotFoundError, TooManyRequestsError } from '../kernel/errors.js';
import { parseEmail } from '../kernel/identifiers.js';
import { type RequestSource, UNKNOWN_SOURCE } from '../kernel/request-source.js';
import type { OneTimeTokenRow } from '../one-time-tokens/one-time-token.entity.js';
import { type IssuedToken, OneTimeTokens } from '../one-time-tokens/one-time-tokens.service.js';
import { Database } from '../persistence/database.js';
import { networkOf } from '../rate-limits/network-of.js';
import { RateLimiter } from '../rate-limits/rate-limiter.js';
import { LimitsSettings } from '../rate-limits/rate-limits.options.js';
import type { BaseUser } from '../users/base-user.js';
import { keysOf, type UserRef } from '../users/user-ref.js';
import { UserStore } from '../users/user.store.js';
import { ConfirmationMail } from './confirmation-mail.js';
import { PendingRegistrations } from './pending-registrations.js';
import { RegistrationSettings } from './registration.options.js';

/** Sends the links that confirm an address, and sends them again. */
@Injectable()
export class EmailConfirmationService {
  constructor(
    private readonly users: UserStore,
    private readonly tokens: OneTimeTokens,
    private readonly pending: PendingRegistrations,
    private readonly mail: ConfirmationMail,
    private readonly limiter: RateLimiter,
    private readonly limits: LimitsSettings,
    private readonly settings: RegistrationSettings,
    private readonly background: Background,
    private readonly database: Database,
  ) {}

  /** For strangers: the same answer at once whether the address waits for a confirmation, has one, or is unknown. */
  async requestQuietly(email: string, from?: RequestSource): Promise<void> {
    const address = parseEmail(email);
    if (address === null) throw new InvalidInputError(undefined, { email: ['USERS_EMAIL_INVALID'] });
    if (from !== undefined) await this.limiter.spend(this.limits.mailRequests, networkOf(from.ip));
    this.background.run('Sending a confirmation again', async () => {
      const waiting = await this.findWaiting(address.key);
      if (waiting !== null) await this.send(waiting, from ?? UNKNOWN_SOURCE);
    });
  }

  /**
   * For trusted callers.
   *
   * @throws NotFoundError; InvalidInputError when there is no address or it is confirmed; TooManyRequestsError beyond the account's budget.
   */
  async request(ref: UserRef, from: RequestSource = UNKNOWN_SOURCE): Promise<{ expiresAt: Date }> {
    const user = await this.users.find(this.database, keysOf(ref));
    if (user === null) throw new NotFoundError();
    const email = user.email === null ? null : parseEmail(user.email);
    if (email === null) throw new InvalidInputError('This user has no address.', { email: ['USERS_REQUIRED'] });
    if (user.emailConfirmedAt !== null) throw new InvalidInputError('This address is confirmed.', { email: ['USERS_EMAIL_CONFIRMED'] });
    const sent = await this.send({ user, emailKey: email.key }, from);
    if (sent === null) throw new TooManyRequestsError(this.limits.mailsToAccount.window / 1_000);
    return sent;
  }

  /** Whether {@link request} would send something now; counts nothing. */
  async isAvailable(ref: UserRef): Promise<boolean> {
    const user = await this.users.find(this.database, keysOf(ref));
    const email = user?.email === undefined || user.email === null ? null : parseEmail(user.email);
    return user !== null && email !== null && user.emailConfirmedAt === null && this.mail.isAvailable(email.key);
  }

  private async findWaiting(emailKey: string): Promise<{ user: BaseUser; emailKey: string } | null> {
    const owner = await this.users.find(this.database, [{ emailKey }]);
    if (owner !== null) return owner.emailConfirmedAt === null && owner.status === 'active' ? { user: owner, emailKey } : null;
    const token = await this.tokens.findNewestSentTo(this.database, emailKey, 'confirm-email');
    const user = token === null ? null : await this.users.findById(this.database, token.userId);
    return user === null || user.status === 'disabled' ? null : { user, emailKey };
  }

  /** @returns `null` beyond the budget. @throws NotFoundError for a lapsed registration: it has to be made anew. */
  private async send({ user, emailKey }: { user: BaseUser; emailKey: string }, from: RequestSource): Promise<{ expiresAt: Date } | null> {
    const living = await this.tokens.findLiving(this.database, user.id, 'confirm-email');
    if (user.status === 'pending' && living === null) throw new NotFoundError();
    if (!(await this.mail.spend(emailKey))) return null;
    const issued = await this.issue(user, emailKey, living);
    this.mail.sendSpent({ email: { shown: user.email ?? '', key: emailKey }, owner: null, user, issued, from });
    return { expiresAt: issued.expiresAt };
  }

  /** A registration's token holds what will be written, so it is renewed with its contents. */
  private issue(user: BaseUser, emailKey: string, living: OneTimeTokenRow | null): Promise<IssuedToken> {
    if (user.status === 'pending' && living !== null) return this.pending.reissue(this.database, living);
    const lifetime = this.settings.confirmationLifetime;
    return this.tokens.issue(this.database, { userId: user.id, purpose: 'confirm-email', sentTo: emailKey, lifetime });
  }
}
