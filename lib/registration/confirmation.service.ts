import { Injectable } from '@nestjs/common';
import { NotFoundError } from '../kernel/errors.js';
import { Fields } from '../kernel/fields.js';
import { parseEmail } from '../kernel/identifiers.js';
import type { RequestSource } from '../kernel/request-source.js';
import type { OneTimeTokenRow, TokenPurpose } from '../one-time-tokens/one-time-token.entity.js';
import { InvalidTokenError } from '../one-time-tokens/one-time-tokens.errors.js';
import { OneTimeTokens } from '../one-time-tokens/one-time-tokens.service.js';
import { Database } from '../persistence/database.js';
import { UnitOfWork, type Work } from '../persistence/unit-of-work.js';
import { networkOf } from '../rate-limits/network-of.js';
import { RateLimiter } from '../rate-limits/rate-limiter.js';
import { LimitsSettings } from '../rate-limits/rate-limits.options.js';
import { SessionEnding } from '../sessions/session-ending.js';
import type { BaseUser } from '../users/base-user.js';
import { keysOf, type UserRef } from '../users/user-ref.js';
import { UserStore } from '../users/user.store.js';
import { EmailTakenError } from '../users/users.errors.js';
import { EmailConfirmed, UserActivated } from '../users/users.events.js';
import { ChosenAdmin } from './chosen-admin.js';
import { EmailChangeService } from './email-change.service.js';
import { FirstAdmin } from './first-admin.js';
import { PendingRegistrations } from './pending-registrations.js';
import { RegistrationSettings } from './registration.options.js';

const TOKEN_LENGTH = 200;

interface Use extends Pick<OneTimeTokenRow, 'userId' | 'sentTo'> {
  readonly from: RequestSource | undefined;
  /** The token's row as it is behind the lock. */
  readonly require: () => Promise<OneTimeTokenRow>;
}

/** Confirms addresses: by the mailed token, or on an administrator's word. Opens no session (ASVS 5.0, 7.6.2). */
@Injectable()
export class ConfirmationService {
  constructor(
    private readonly users: UserStore,
    private readonly tokens: OneTimeTokens,
    private readonly pending: PendingRegistrations,
    private readonly changes: EmailChangeService,
    private readonly sessions: SessionEnding,
    private readonly firstAdmin: FirstAdmin,
    private readonly chosen: ChosenAdmin,
    private readonly limiter: RateLimiter,
    private readonly limits: LimitsSettings,
    private readonly settings: RegistrationSettings,
    private readonly database: Database,
    private readonly units: UnitOfWork,
  ) {}

  /**
   * Uses a token of a registration, of an unconfirmed address, or of a change of address. The same token again within its life answers the
   * same again, so that a mail scanner's visit or a double click does no harm.
   *
   * @throws InvalidTokenError; TooManyRequestsError.
   */
  async confirm(token: unknown, from?: RequestSource): Promise<BaseUser> {
    const text = readToken(token);
    if (from !== undefined) await this.limiter.spend(this.limits.confirmations, networkOf(from.ip));
    const purpose = await this.purposeOf(text);
    const found = await this.tokens.require(this.database, text, purpose);
    try {
      return await this.units.run((work) => this.use(work, { ...found, from, require: () => this.tokens.require(work, text, purpose) }));
    } catch (error) {
      // Somebody else confirmed this address first: to a stranger that is a link that does not work any more.
      if (error instanceof EmailTakenError) throw new InvalidTokenError();
      throw error;
    }
  }

  /**
   * An administrator vouches for a user: a pending registration becomes active, a deactivated user is let in again. Idempotent.
   *
   * @throws NotFoundError; EmailTakenError when the address belongs to somebody else by now.
   */
  async activate(ref: UserRef): Promise<BaseUser> {
    return this.vouch(ref, async (work, user) => {
      if (user.activatedAt !== null && user.disabledAt === null) return;
      if (user.disabledAt !== null) await this.users.update(work, user.id, { disabledAt: null });
      if (user.activatedAt === null) await this.activatePending(work, user);
      else await work.record(new UserActivated(work.now, user.id));
    });
  }

  /** An administrator vouches for the address too. @throws NotFoundError; EmailTakenError. */
  async confirmFor(ref: UserRef): Promise<BaseUser> {
    return this.vouch(ref, async (work, user) => {
      if (user.activatedAt === null) await this.activatePending(work, user);
      if (user.email === null || user.emailConfirmedAt !== null) return;
      await this.users.update(work, user.id, { emailConfirmedAt: work.now, updatedAt: work.now });
      await work.record(new EmailConfirmed(work.now, user.id));
    });
  }

  private async vouch(ref: UserRef, act: (work: Work, user: BaseUser) => Promise<void>): Promise<BaseUser> {
    const found = await this.users.find(this.database, keysOf(ref));
    if (found === null) throw new NotFoundError();
    return this.units.run(async (work) => {
      await this.users.lock(work, found.id);
      const user = await this.users.findById(work, found.id);
      if (user === null) throw new NotFoundError();
      await act(work, user);
      return (await this.users.findById(work, user.id)) as BaseUser;
    });
  }

  private async activatePending(work: Work, user: BaseUser): Promise<void> {
    const token = await this.tokens.findLiving(work, user.id, 'confirm-email');
    if (token !== null) await this.pending.apply(work, user, token);
    // A lapsed link holds nothing any more: the address is his all the same, and a password comes by a reset.
    else if (user.email !== null) await this.users.update(work, user.id, { emailKey: parseEmail(user.email)?.key ?? null });
    await this.tokens.voidAll(work, user.id, ['confirm-email', 'invitation']);
    await this.users.update(work, user.id, { activatedAt: work.now, updatedAt: work.now });
    await work.record(new UserActivated(work.now, user.id));
  }

  private async use(work: Work, { userId, sentTo, from, require }: Use): Promise<BaseUser> {
    if (this.settings.firstUserIsAdmin || this.firstAdmin.isChosen(sentTo)) await this.firstAdmin.lock(work);
    await this.users.lock(work, userId);
    const token = await require();
    const user = await this.users.findById(work, userId);
    if (user === null) throw new InvalidTokenError();
    if (token.consumedAt !== null) return this.again(user, token, work);
    await this.tokens.consume(work, token);
    if (token.purpose === 'change-email') await this.changes.complete(work, { user, token, from });
    else await this.write(work, user, token);
    return (await this.users.findById(work, userId)) as BaseUser;
  }

  /** Only while it still says what is true: the address may have changed since. */
  private async again(user: BaseUser, token: OneTimeTokenRow, work: Work): Promise<BaseUser> {
    const owner = token.sentTo === null ? null : await this.users.find(work, [{ emailKey: token.sentTo }]);
    if (owner?.id !== user.id || user.emailConfirmedAt === null) throw new InvalidTokenError();
    return user;
  }

  private async write(work: Work, user: BaseUser, token: OneTimeTokenRow): Promise<void> {
    if (user.activatedAt === null) return this.writeRegistration(work, user, token);
    const owner = token.sentTo === null ? null : await this.users.find(work, [{ emailKey: token.sentTo }]);
    if (owner?.id !== user.id) throw new InvalidTokenError();
    const isChosen = await this.chosen.claim(work, token);
    await this.users.update(work, user.id, { emailConfirmedAt: work.now, updatedAt: work.now, ...(isChosen && { isAdmin: true }) });
    await work.record(new EmailConfirmed(work.now, user.id));
    if (isChosen) await this.chosen.leaveToOwner(work, token);
  }

  private async writeRegistration(work: Work, user: BaseUser, token: OneTimeTokenRow): Promise<void> {
    const isFirst = this.settings.firstUserIsAdmin && (await this.firstAdmin.claim(work));
    const isChosen = await this.chosen.claim(work, token);
    await this.pending.apply(work, user, token);
    await this.users.update(work, user.id, {
      activatedAt: work.now,
      emailConfirmedAt: work.now,
      updatedAt: work.now,
      ...((isFirst || isChosen) && { isAdmin: true }),
    });
    // Whoever got in before the confirmation (`allowUnconfirmedLogin`) may not be who reads this mail.
    await this.sessions.endAll(work, { userId: user.id, state: 'all' });
    await work.record(new EmailConfirmed(work.now, user.id));
    await work.record(new UserActivated(work.now, user.id));
    if (isChosen) await this.chosen.leaveToOwner(work, token);
  }

  private async purposeOf(token: string): Promise<TokenPurpose> {
    const purpose = await this.tokens.findPurpose(this.database, token);
    if (purpose !== 'confirm-email' && purpose !== 'change-email') throw new InvalidTokenError();
    return purpose;
  }
}

/** @throws InvalidInputError for what is no text at all; whatever else it is, it opens nothing. */
function readToken(token: unknown): string {
  const input = Fields.of({ token });
  const text = input.text('token', { max: TOKEN_LENGTH });
  input.done();
  return text;
}
