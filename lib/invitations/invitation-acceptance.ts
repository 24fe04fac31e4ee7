import { Injectable } from '@nestjs/common';
import { Fields } from '../kernel/fields.js';
import { type Identifier, parseEmail } from '../kernel/identifiers.js';
import type { RequestSource } from '../kernel/request-source.js';
import type { OneTimeTokenRow } from '../one-time-tokens/one-time-token.entity.js';
import { InvalidTokenError } from '../one-time-tokens/one-time-tokens.errors.js';
import { OneTimeTokens } from '../one-time-tokens/one-time-tokens.service.js';
import { PasswordPolicy } from '../passwords/password-policy.js';
import { Passwords } from '../passwords/passwords.service.js';
import type { Connection } from '../persistence/connection.js';
import { Database } from '../persistence/database.js';
import { UnitOfWork, type Work } from '../persistence/unit-of-work.js';
import { networkOf } from '../rate-limits/network-of.js';
import { RateLimiter } from '../rate-limits/rate-limiter.js';
import { LimitsSettings } from '../rate-limits/rate-limits.options.js';
import { FirstAdmin } from '../registration/first-admin.js';
import { PendingNames } from '../registration/pending-names.js';
import { SessionEnding } from '../sessions/session-ending.js';
import type { BaseUser } from '../users/base-user.js';
import { UserFacts } from '../users/user-facts.js';
import { UserStore } from '../users/user.store.js';
import { EmailTakenError } from '../users/users.errors.js';
import { AdminChanged, EmailConfirmed, UserActivated } from '../users/users.events.js';

const TOKEN_LENGTH = 200;

export interface AcceptInvitationInput {
  readonly token: string;
  readonly password: string;
  readonly username?: string;
}

interface Acceptance {
  readonly token: string;
  readonly userId: string;
  readonly sentTo: string | null;
  readonly username: Identifier | undefined;
  readonly passwordHash: string;
}

/** Who comes with an invitation's link reads the mail of its address, and chooses his password. Opens no session (ASVS 5.0, 7.6.2). */
@Injectable()
export class InvitationAcceptance {
  constructor(
    private readonly facts: UserFacts,
    private readonly users: UserStore,
    private readonly tokens: OneTimeTokens,
    private readonly policy: PasswordPolicy,
    private readonly passwords: Passwords,
    private readonly sessions: SessionEnding,
    private readonly pendingNames: PendingNames,
    private readonly firstAdmin: FirstAdmin,
    private readonly limiter: RateLimiter,
    private readonly limits: LimitsSettings,
    private readonly database: Database,
    private readonly units: UnitOfWork,
  ) {}

  /**
   * Works once. What is refused for its password or its user name does not use up the link.
   *
   * @throws InvalidTokenError; InvalidInputError, WeakPasswordError, UsernameTakenError, TooManyRequestsError.
   */
  async accept(body: AcceptInvitationInput, from?: RequestSource): Promise<BaseUser> {
    const input = Fields.of(body);
    const token = input.text('token', { max: TOKEN_LENGTH });
    if (!input.has('password')) input.fault('password', 'USERS_REQUIRED');
    input.done();
    const password = this.policy.read(input.raw('password'));
    if (from !== undefined) await this.limiter.spend(this.limits.confirmations, networkOf(from.ip));
    // Before the costly hash; what counts is decided again inside the unit of work.
    const row = await this.tokens.require(this.database, token, 'invitation');
    const user = await this.guestOf(this.database, row);
    const username = this.readUsername(input, user);
    const about = { ...user, username: username?.shown ?? null };
    const passwordHash = await this.passwords.hash(await this.policy.check(password, about));
    return this.write({ token, userId: user.id, sentTo: row.sentTo, username, passwordHash });
  }

  /** By the rules of a registration: where the address is the user name, there is no other. */
  private readUsername(input: Fields, { email }: BaseUser): Identifier | undefined {
    const name = Fields.of({ email, ...(input.has('username') && { username: input.raw('username') }) });
    this.facts.requireIdentifiers(name);
    const username = this.facts.username(name, parseEmail(email)?.key ?? null, 'himself');
    name.done();
    return username;
  }

  /** Whom the link invites: nobody any more once it was used, or the user is active, kept out, or has another address by now. */
  private async guestOf(on: Connection, { userId, consumedAt, sentTo }: OneTimeTokenRow): Promise<BaseUser> {
    const user = await this.users.findById(on, userId);
    const isGood = consumedAt === null && user?.status === 'pending' && parseEmail(user.email)?.key === sentTo;
    if (!isGood) throw new InvalidTokenError();
    return user;
  }

  private async write(acceptance: Acceptance): Promise<BaseUser> {
    try {
      return await this.pendingNames.retrying(acceptance.username?.key ?? null, () =>
        this.units.run((work) => this.complete(work, acceptance)),
      );
    } catch (error) {
      // Somebody confirmed this address by another way: to a stranger that is a link that does not work any more.
      if (error instanceof EmailTakenError) throw new InvalidTokenError();
      throw error;
    }
  }

  private async complete(work: Work, { token, userId, sentTo, username, passwordHash }: Acceptance): Promise<BaseUser> {
    const isChosen = this.firstAdmin.isChosen(sentTo);
    if (isChosen) await this.firstAdmin.lock(work);
    await this.users.lock(work, userId);
    const row = await this.tokens.require(work, token, 'invitation');
    await this.guestOf(work, row);
    await this.tokens.consume(work, row);
    const isFirst = isChosen && (await this.firstAdmin.claimForChosen(work));
    await this.users.update(work, userId, {
      emailKey: row.sentTo,
      ...(username && { username: username.shown, usernameKey: username.key }),
      activatedAt: work.now,
      emailConfirmedAt: work.now,
      updatedAt: work.now,
      ...(isFirst && { isAdmin: true }),
    });
    await this.passwords.set(work, userId, passwordHash, work.now);
    await this.tokens.voidAll(work, userId, ['confirm-email', 'change-email']);
    await this.sessions.endAll(work, { userId, state: 'all' });
    await work.record(new EmailConfirmed(work.now, userId));
    await work.record(new UserActivated(work.now, userId));
    if (isFirst) await work.record(new AdminChanged(work.now, userId, true));
    return (await this.users.findById(work, userId)) as BaseUser;
  }
}
