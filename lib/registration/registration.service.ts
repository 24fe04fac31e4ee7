import { Injectable } from '@nestjs/common';
import { Clock } from '../kernel/clock.port.js';
import { Fields } from '../kernel/fields.js';
import { newId } from '../kernel/id.js';
import type { Identifier } from '../kernel/identifiers.js';
import { RandomSource } from '../kernel/random-source.port.js';
import { type RequestSource, storableSource } from '../kernel/request-source.js';
import { PasswordPolicy } from '../passwords/password-policy.js';
import { Passwords } from '../passwords/passwords.service.js';
import { UnitOfWork, type Work } from '../persistence/unit-of-work.js';
import type { BaseUser } from '../users/base-user.js';
import { emptyUser } from '../users/empty-user.js';
import { OwnFields } from '../users/own-fields.js';
import { UserFacts } from '../users/user-facts.js';
import { type UserRow, UserStore } from '../users/user.store.js';
import { UserActivated, UserRegistered } from '../users/users.events.js';
import { FirstAdmin } from './first-admin.js';
import { PendingNames } from './pending-names.js';
import { PendingRegistrations } from './pending-registrations.js';
import { RegistrationGate } from './registration-gate.js';
import { RegistrationClosedError } from './registration.errors.js';
import { RegistrationSettings } from './registration.options.js';

export interface RegisterInput {
  readonly username?: string;
  readonly email?: string;
  /** May be left out by server code only: then it is chosen through a reset. */
  readonly password?: string;
  readonly displayName?: string | null;
  readonly profile?: unknown;
  readonly [ownField: string]: unknown;
}

export interface Registered<U = BaseUser> {
  /** The active user; `null` where an address has to be confirmed first, whether it is free, pending or taken. */
  readonly user: U | null;
  readonly confirmation: { readonly expiresAt: Date } | null;
}

interface Attempt {
  readonly row: UserRow & { id: string };
  readonly email: Identifier | undefined;
  readonly passwordHash: string | null;
}

/** Strangers make accounts. With an address nothing is usable until who reads its mail has confirmed. */
@Injectable()
export class RegistrationService {
  constructor(
    private readonly facts: UserFacts,
    private readonly ownFields: OwnFields,
    private readonly policy: PasswordPolicy,
    private readonly passwords: Passwords,
    private readonly users: UserStore,
    private readonly pending: PendingRegistrations,
    private readonly pendingNames: PendingNames,
    private readonly firstAdmin: FirstAdmin,
    private readonly gate: RegistrationGate,
    private readonly settings: RegistrationSettings,
    private readonly units: UnitOfWork,
    private readonly clock: Clock,
    private readonly random: RandomSource,
  ) {}

  /**
   * The same steps, statements and answer for a free, a pending and a taken address: the difference is in the mail alone.
   *
   * @throws RegistrationClosedError, InvalidInputError, WeakPasswordError, UsernameTakenError, TooManyRequestsError, CaptchaNeededError,
   *   CaptchaWrongError.
   */
  async register(body: unknown, from?: RequestSource): Promise<Registered> {
    if (!this.settings.open) throw new RegistrationClosedError();
    const input = Fields.of(body);
    const { row, email } = this.read(input);
    // What is no password is a malformed body: it spends no budget, and costs no hash.
    const password = from === undefined && !input.has('password') ? null : this.policy.read(input.raw('password'));
    await this.gate.pass(from);
    const passwordHash = password === null ? null : await this.passwords.hash(await this.policy.check(password, row));
    const attempt = { row, email, passwordHash };
    return this.pendingNames.retrying(row.usernameKey ?? null, () => this.units.run((work) => this.insert(work, attempt, from)));
  }

  private read(input: Fields): Omit<Attempt, 'passwordHash'> {
    this.facts.requireIdentifiers(input);
    const email = this.facts.email(input);
    const username = this.facts.username(input, email?.key ?? null, 'himself');
    const now = this.clock.now();
    const row = {
      ...emptyUser(newId(now, this.random), now),
      ...(username && { username: username.shown, usernameKey: username.key }),
      // Shown to administrators only: the key stays empty, so that an unconfirmed address blocks nobody.
      ...(email && { email: email.shown }),
      ...this.facts.personal(input),
      ...this.ownFields.read(input, 'registration'),
    };
    input.done();
    return { row, email };
  }

  private async insert(work: Work, attempt: Attempt, from: RequestSource | undefined): Promise<Registered> {
    const { row, email, passwordHash } = attempt;
    if (email === undefined) return this.insertActive(work, attempt);
    const confirmation = await this.pending.open(work, { row, email, passwordHash }, storableSource(from));
    return { user: null, confirmation };
  }

  private async insertActive(work: Work, { row, passwordHash }: Attempt): Promise<Registered> {
    const isAdmin = this.settings.firstUserIsAdmin && (await this.claimFirst(work));
    await this.users.insert(work, { ...row, isAdmin, activatedAt: work.now });
    if (passwordHash !== null) await this.passwords.set(work, row.id, passwordHash, work.now);
    await work.record(new UserRegistered(work.now, row.id));
    await work.record(new UserActivated(work.now, row.id));
    return { user: await this.users.findById(work, row.id), confirmation: null };
  }

  private async claimFirst(work: Work): Promise<boolean> {
    await this.firstAdmin.lock(work);
    return this.firstAdmin.claim(work);
  }
}
