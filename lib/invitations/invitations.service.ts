import { Injectable } from '@nestjs/common';
import { Background } from '../kernel/background.js';
import { Clock } from '../kernel/clock.port.js';
import { NotFoundError } from '../kernel/errors.js';
import { Fields } from '../kernel/fields.js';
import { newId } from '../kernel/id.js';
import type { Identifier } from '../kernel/identifiers.js';
import { RandomSource } from '../kernel/random-source.port.js';
import { type RequestSource, UNKNOWN_SOURCE } from '../kernel/request-source.js';
import { Notifier } from '../notifications/notifier.port.js';
import { type IssuedToken, OneTimeTokens } from '../one-time-tokens/one-time-tokens.service.js';
import { Database } from '../persistence/database.js';
import { StateStore } from '../persistence/state.store.js';
import { UnitOfWork, type Work } from '../persistence/unit-of-work.js';
import { RateLimiter } from '../rate-limits/rate-limiter.js';
import { LimitsSettings } from '../rate-limits/rate-limits.options.js';
import { RegistrationSettings } from '../registration/registration.options.js';
import type { BaseUser } from '../users/base-user.js';
import { emptyUser } from '../users/empty-user.js';
import { factsOf } from '../users/named.js';
import { UserFacts } from '../users/user-facts.js';
import { keysOf, type UserRef } from '../users/user-ref.js';
import { type UserRow, UserStore } from '../users/user.store.js';
import { EmailTakenError } from '../users/users.errors.js';
import { UserInvited } from './invitations.events.js';

export interface InviteInput {
  readonly email: string;
  readonly displayName?: string | null;
  /** Who invites; a template of the host's may name him. */
  readonly invitedBy?: UserRef;
}

export interface Invited<U = BaseUser> {
  /** Pending, without a password, until the invitation is accepted. */
  readonly user: U;
  readonly expiresAt: Date;
}

interface Invitation {
  readonly email: Identifier;
  readonly row: UserRow & { id: string };
  readonly inviter: BaseUser | null;
}

/** Asks people in, by a link to their address. Nothing but that link completes what was begun here. */
@Injectable()
export class Invitations {
  constructor(
    private readonly facts: UserFacts,
    private readonly users: UserStore,
    private readonly tokens: OneTimeTokens,
    private readonly state: StateStore,
    private readonly notifier: Notifier,
    private readonly limiter: RateLimiter,
    private readonly limits: LimitsSettings,
    private readonly settings: RegistrationSettings,
    private readonly background: Background,
    private readonly database: Database,
    private readonly units: UnitOfWork,
    private readonly clock: Clock,
    private readonly random: RandomSource,
  ) {}

  /**
   * Invites, or invites again: then the earlier link is void and the pending user stays the same.
   *
   * @throws InvalidInputError; EmailTakenError when the address has an account; NotFoundError for an unknown `invitedBy`;
   *   TooManyRequestsError beyond the budget of mails to the address: the earlier link stays good.
   */
  async invite(input: InviteInput, from: RequestSource = UNKNOWN_SOURCE): Promise<Invited> {
    const invitation = await this.read(input);
    const { email } = invitation;
    if ((await this.users.find(this.database, [{ emailKey: email.key }])) !== null) throw new EmailTakenError();
    await this.limiter.spend(this.limits.mailsToAccount, `invitation ${email.key}`);
    return this.units.run(async (work) => {
      // One row for all: two who invite one address at once would otherwise make two users.
      await this.state.lock(work, 'invitations');
      const user = await this.userFor(work, invitation);
      const issued = await this.issue(work, user, invitation);
      work.afterCommit(() => this.mail({ ...invitation, user, issued, from }));
      return { user, expiresAt: issued.expiresAt };
    });
  }

  private async read(body: InviteInput): Promise<Invitation> {
    const input = Fields.of(body);
    if (!input.has('email')) input.fault('email', 'USERS_REQUIRED');
    const email = this.facts.email(input) as Identifier;
    const { displayName = null } = this.facts.personal(input);
    input.done();
    const inviter = await this.inviterOf(body.invitedBy);
    const now = this.clock.now();
    // The key stays empty: an address that nobody has confirmed blocks nobody.
    return { email, inviter, row: { ...emptyUser(newId(now, this.random), now), email: email.shown, displayName } };
  }

  private async inviterOf(ref: UserRef | undefined): Promise<BaseUser | null> {
    if (ref === undefined) return null;
    const inviter = await this.users.find(this.database, keysOf(ref));
    if (inviter === null) throw new NotFoundError();
    return inviter;
  }

  private async userFor(work: Work, { email, row }: Invitation): Promise<BaseUser> {
    if ((await this.users.find(work, [{ emailKey: email.key }])) !== null) throw new EmailTakenError();
    const earlier = await this.tokens.findNewestSentTo(work, email.key, 'invitation');
    if (earlier === null) await this.users.insert(work, row);
    const id = earlier?.userId ?? row.id;
    if (earlier !== null && row.displayName) await this.users.update(work, id, { displayName: row.displayName });
    return (await this.users.findById(work, id)) as BaseUser;
  }

  private async issue(work: Work, { id }: BaseUser, { email, inviter }: Invitation): Promise<IssuedToken> {
    const invitedById = inviter?.id ?? null;
    const lifetime = this.settings.invitationLifetime;
    const issued = await this.tokens.issue(work, { userId: id, purpose: 'invitation', sentTo: email.key, lifetime });
    await work.record(new UserInvited(work.now, id, invitedById));
    return issued;
  }

  private mail({ email, inviter, user, issued, from }: Invitation & { user: BaseUser; issued: IssuedToken; from: RequestSource }): void {
    const invitedBy = inviter === null ? null : factsOf(inviter);
    this.background.run('Mailing an invitation', () =>
      this.notifier.notify({ kind: 'invitation', to: email.shown, user: factsOf(user), from, invitedBy, ...issued }),
    );
  }
}
