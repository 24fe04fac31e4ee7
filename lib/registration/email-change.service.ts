import { Injectable } from '@nestjs/common';
import { Background } from '../kernel/background.js';
import { NotFoundError } from '../kernel/errors.js';
import { Fields } from '../kernel/fields.js';
import type { Identifier } from '../kernel/identifiers.js';
import { type RequestSource, UNKNOWN_SOURCE } from '../kernel/request-source.js';
import { Notifier } from '../notifications/notifier.port.js';
import type { OneTimeTokenRow } from '../one-time-tokens/one-time-token.entity.js';
import { InvalidTokenError } from '../one-time-tokens/one-time-tokens.errors.js';
import { type IssuedToken, OneTimeTokens } from '../one-time-tokens/one-time-tokens.service.js';
import { Database } from '../persistence/database.js';
import { UnitOfWork, type Work } from '../persistence/unit-of-work.js';
import { networkOf } from '../rate-limits/network-of.js';
import { RateLimiter } from '../rate-limits/rate-limiter.js';
import { LimitsSettings } from '../rate-limits/rate-limits.options.js';
import { Credentials } from '../sessions/credentials.js';
import { SessionEnding } from '../sessions/session-ending.js';
import type { BaseUser } from '../users/base-user.js';
import { factsOf } from '../users/named.js';
import { UserFacts } from '../users/user-facts.js';
import { keysOf, type UserRef } from '../users/user-ref.js';
import { UserStore } from '../users/user.store.js';
import { EmailChanged } from '../users/users.events.js';
import { RegistrationSettings } from './registration.options.js';

/** An address that its owner has not confirmed yet, and until when he may. */
export interface WaitingEmailChange {
  readonly email: string;
  readonly expiresAt: Date;
}

/** Who asks for another address, and in which session: that one stays when the change is done. */
export interface EmailChanger {
  readonly userId: string;
  readonly sessionId?: string;
}

interface Completion {
  readonly user: BaseUser;
  readonly token: OneTimeTokenRow;
  readonly from: RequestSource | undefined;
}

/** A change of address waits until the new one confirms; the old one is told, and stays until then. */
@Injectable()
export class EmailChangeService {
  constructor(
    private readonly users: UserStore,
    private readonly facts: UserFacts,
    private readonly tokens: OneTimeTokens,
    private readonly credentials: Credentials,
    private readonly sessions: SessionEnding,
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
  async requestAs(changer: EmailChanger, body: unknown, from?: RequestSource): Promise<void> {
    const input = Fields.of(body);
    const password = this.credentials.readPassword(input, 'password');
    const email = this.read(input);
    await this.credentials.reprove(changer.userId, password, from);
    await this.open(changer, email, from);
  }

  /** The same for a trusted caller, who vouches for the user. @throws InvalidInputError, TooManyRequestsError, NotFoundError. */
  async request(ref: UserRef, address: unknown, from?: RequestSource): Promise<void> {
    const user = await this.users.find(this.database, keysOf(ref));
    if (user === null) throw new NotFoundError();
    await this.open({ userId: user.id }, this.read(Fields.of({ email: address })), from);
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

  /**
   * Writes what the confirmed link says, inside the unit of work that used it up: the other sessions end and API keys stay, links that went to the old address
   * are void, and the old address is told once more if it was confirmed. It makes nobody first administrator: whoever is signed in could ask for
   * the chosen address, and would be it by one careless click of its owner.
   *
   * @throws InvalidTokenError; EmailTakenError when somebody else has the address by now.
   */
  async complete(work: Work, { user, token, from = UNKNOWN_SOURCE }: Completion): Promise<void> {
    const { email, sessionId } = token.data ?? {};
    if (typeof email !== 'string' || token.sentTo === null) throw new InvalidTokenError();
    await this.users.update(work, user.id, { email, emailKey: token.sentTo, emailConfirmedAt: work.now, updatedAt: work.now });
    await this.tokens.voidAll(work, user.id, ['reset-password', 'confirm-email']);
    const others = {
      userId: user.id,
      state: 'all',
      kind: 'session',
      ...(typeof sessionId === 'string' && { exceptId: sessionId }),
    } as const;
    await this.sessions.endAll(work, others);
    await work.record(new EmailChanged(work.now, user.id));
    const { email: to, emailConfirmedAt } = user;
    if (to === null || emailConfirmedAt === null) return;
    const changed = { kind: 'email-changed', to, newEmail: email, at: work.now, user: factsOf(user), from } as const;
    work.afterCommit(() => this.background.run('Mailing that an address was changed', () => this.notifier.notify(changed)));
  }

  private async open({ userId, sessionId }: EmailChanger, email: Identifier, from: RequestSource = UNKNOWN_SOURCE): Promise<void> {
    await this.limiter.spend(this.limits.mailRequests, from === UNKNOWN_SOURCE ? userId : networkOf(from.ip));
    if ((await this.users.findById(this.database, userId))?.status !== 'active') throw new NotFoundError();
    // Beyond the budget of mails the link that was mailed before must stay good.
    if (!(await this.limiter.trySpend(this.limits.mailsToAccount, `change-email ${userId}`))) return;
    await this.units.run(async (work) => {
      await this.users.lock(work, userId);
      const user = await this.users.findById(work, userId);
      if (user?.status !== 'active') throw new NotFoundError();
      const issued = await this.tokens.issue(work, {
        userId,
        purpose: 'change-email',
        sentTo: email.key,
        data: { email: email.shown, ...(sessionId !== undefined && { sessionId }) },
        lifetime: this.settings.confirmationLifetime,
      });
      const owner = await this.users.find(work, [{ emailKey: email.key }]);
      work.afterCommit(() => this.mail({ user, owner, email, issued, from }));
    });
  }

  private mail(change: { user: BaseUser; owner: BaseUser | null; email: Identifier; issued: IssuedToken; from: RequestSource }): void {
    const { user, owner, email, issued, from } = change;
    this.background.run('Mailing a change of address', async () => {
      if (owner === null) await this.notifier.notify({ kind: 'confirm-new-email', to: email.shown, user: factsOf(user), from, ...issued });
      else if (owner.id !== user.id)
        await this.notifier.notify({ kind: 'already-registered', to: owner.email ?? email.shown, user: factsOf(owner), from });
      if (user.email !== null)
        await this.notifier.notify({ kind: 'email-changing', to: user.email, newEmail: email.shown, user: factsOf(user), from });
    });
  }
}
