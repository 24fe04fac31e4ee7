import { Injectable } from '@nestjs/common';
import { Clock } from '../kernel/clock.port.js';
import type { Fields } from '../kernel/fields.js';
import { newId } from '../kernel/id.js';
import type { Identifier } from '../kernel/identifiers.js';
import { RandomSource } from '../kernel/random-source.port.js';
import type { RequestSource } from '../kernel/request-source.js';
import { UnitOfWork, type Work } from '../persistence/unit-of-work.js';
import { networkOf } from '../rate-limits/network-of.js';
import { RateLimiter } from '../rate-limits/rate-limiter.js';
import { LimitsSettings } from '../rate-limits/rate-limits.options.js';
import { ChosenAdmin } from '../registration/chosen-admin.js';
import { FirstAdmin } from '../registration/first-admin.js';
import { PendingNames } from '../registration/pending-names.js';
import { RegistrationClosedError } from '../registration/registration.errors.js';
import { RegistrationSettings } from '../registration/registration.options.js';
import type { BaseUser } from '../users/base-user.js';
import { emptyUser } from '../users/empty-user.js';
import { OwnFields } from '../users/own-fields.js';
import { UserFacts } from '../users/user-facts.js';
import { type UserRow, UserStore } from '../users/user.store.js';
import { EmailConfirmed, UserActivated, UserRegistered } from '../users/users.events.js';
import type { ReadProfile } from './social-profile.js';

/** What is known of somebody new beside who he is at the provider. */
export interface Newcomer {
  readonly displayName: string | null;
  readonly more: Fields;
}

export type NewUserRow = UserRow & { readonly id: string };

/** Makes an account of somebody whom a provider knows. He is active at once: by an address that it verified, or by a user name. */
@Injectable()
export class SocialRegistration {
  constructor(
    private readonly facts: UserFacts,
    private readonly ownFields: OwnFields,
    private readonly users: UserStore,
    private readonly firstAdmin: FirstAdmin,
    private readonly chosen: ChosenAdmin,
    private readonly pendingNames: PendingNames,
    private readonly units: UnitOfWork,
    private readonly limiter: RateLimiter,
    private readonly limits: LimitsSettings,
    private readonly settings: RegistrationSettings,
    private readonly clock: Clock,
    private readonly random: RandomSource,
  ) {}

  /**
   * @returns the row to be inserted.
   * @throws RegistrationClosedError, TooManyRequestsError; InvalidInputError where neither a verified address nor a user name names him.
   */
  async admit(newcomer: Newcomer, { verified }: ReadProfile, from: RequestSource | undefined): Promise<NewUserRow> {
    if (!this.settings.open) throw new RegistrationClosedError();
    const row = this.read(newcomer, verified);
    if (from !== undefined) await this.limiter.spend(this.limits.registrations, networkOf(from.ip));
    return row;
  }

  /**
   * Inserts the row, and does `then` in the same unit of work.
   *
   * @throws EmailTakenError, UsernameTakenError as the unique indexes say.
   */
  make<T>(row: NewUserRow, { verified }: ReadProfile, then: (work: Work, user: BaseUser) => Promise<T>): Promise<T> {
    return this.pendingNames.retrying(row.usernameKey ?? null, () =>
      this.units.run(async (work) => then(work, await this.insert(work, row, verified))),
    );
  }

  private async insert(work: Work, row: NewUserRow, verified: Identifier | null): Promise<BaseUser> {
    const isAdmin = await this.claimAdmin(work, row.id, verified);
    await this.users.insert(work, { ...row, isAdmin });
    await work.record(new UserRegistered(work.now, row.id));
    if (verified !== null) await work.record(new EmailConfirmed(work.now, row.id));
    await work.record(new UserActivated(work.now, row.id));
    return (await this.users.findById(work, row.id)) as BaseUser;
  }

  private read({ displayName, more: input }: Newcomer, verified: Identifier | null): NewUserRow {
    // Only what the provider verified is an address here.
    this.facts.requireNames({ email: verified !== null, username: input.has('username') }, input);
    const username = this.facts.username(input, verified?.key ?? null, 'himself');
    const now = this.clock.now();
    const row = {
      ...emptyUser(newId(now, this.random), now),
      ...(username && { username: username.shown, usernameKey: username.key }),
      ...(verified && { email: verified.shown, emailKey: verified.key, emailConfirmedAt: now }),
      ...this.facts.personal(input),
      displayName,
      ...this.ownFields.read(input, 'registration'),
      activatedAt: now,
    };
    input.done();
    return row;
  }

  private async claimAdmin(work: Work, userId: string, verified: Identifier | null): Promise<boolean> {
    const sentTo = verified?.key ?? null;
    const { firstUserIsAdmin } = this.settings;
    if (!firstUserIsAdmin && !this.firstAdmin.isChosen(sentTo)) return false;
    await this.firstAdmin.lock(work);
    return (firstUserIsAdmin && (await this.firstAdmin.claim(work))) || this.chosen.claim(work, { userId, sentTo });
  }
}
