import { Injectable } from '@nestjs/common';
import { Clock } from '../kernel/clock.port.js';
import { Fields } from '../kernel/fields.js';
import { newId } from '../kernel/id.js';
import { RandomSource } from '../kernel/random-source.port.js';
import type { LegacyUser } from '../passwords/legacy-login.js';
import { PasswordPolicy } from '../passwords/password-policy.js';
import { Passwords } from '../passwords/passwords.service.js';
import { Database } from '../persistence/database.js';
import { UnitOfWork, type Work } from '../persistence/unit-of-work.js';
import type { BaseUser } from '../users/base-user.js';
import { emptyUser } from '../users/empty-user.js';
import { OwnFields } from '../users/own-fields.js';
import { UserFacts } from '../users/user-facts.js';
import { type UserRow, UserStore } from '../users/user.store.js';
import { UserCreated } from '../users/users.events.js';
import { FirstAdmin } from './first-admin.js';
import { PendingNames } from './pending-names.js';
import { RegistrationClosedError } from './registration.errors.js';

/** A user as a trusted caller makes him: active at once. */
export interface CreateUserInput {
  readonly username?: string;
  readonly email?: string;
  /** Left out for who gets in otherwise, or chooses one through a reset. */
  readonly password?: string;
  readonly displayName?: string | null;
  readonly isAdmin?: boolean;
  /** A program's account: it has API keys, no password, and cannot sign in. @default false */
  readonly isService?: boolean;
  /** Free JSON that the user may change. */
  readonly profile?: unknown;
  /** Free JSON that only server code changes. */
  readonly data?: Record<string, unknown> | null;
  /** Whether his first session can do nothing but choose a new password. @default false */
  readonly mustChangePassword?: boolean;
  /** Whether the caller vouches for the address. @default false */
  readonly emailConfirmed?: boolean;
  readonly [ownField: string]: unknown;
}

/** Who says what a new user is; it decides which own fields count. `registration` is somebody without special rights. */
type Setter = 'registration' | 'admin' | 'trusted';

interface Draft {
  readonly row: UserRow & { id: string };
  readonly passwordHash: string | null;
}

/** Who may make the first administrator beside trusted code. */
export interface FirstAdminPermit {
  /** Runs on the input that has no faults, before its costly hash; throws where there is no permit. */
  check(): Promise<void>;
  /** Runs behind the lock; as {@link check}, and claims the place. @returns `false` when somebody has it. */
  claim(work: Work): Promise<boolean>;
}

/** Makes users for trusted callers: server code, the administrator, the command line. */
@Injectable()
export class UserCreation {
  constructor(
    private readonly facts: UserFacts,
    private readonly ownFields: OwnFields,
    private readonly policy: PasswordPolicy,
    private readonly passwords: Passwords,
    private readonly users: UserStore,
    private readonly firstAdmin: FirstAdmin,
    private readonly pendingNames: PendingNames,
    private readonly database: Database,
    private readonly units: UnitOfWork,
    private readonly clock: Clock,
    private readonly random: RandomSource,
  ) {}

  /** @throws InvalidInputError, WeakPasswordError, UsernameTakenError, EmailTakenError. */
  async create(input: unknown, setter: Setter = 'trusted'): Promise<BaseUser> {
    const draft = await this.draft(Fields.of(input), setter);
    return this.pendingNames.retrying(draft.row.usernameKey ?? null, () => this.units.run((work) => this.insert(work, draft)));
  }

  /**
   * Makes a user of somebody whose right password another system has just seen. No policy asks about it: he could not log in otherwise.
   *
   * @throws InvalidInputError, UsernameTakenError, EmailTakenError.
   */
  async adopt(known: LegacyUser, password: string): Promise<BaseUser> {
    const { row } = await this.draft(Fields.of({ ...known, password: undefined }), 'trusted');
    const passwordHash = await this.passwords.hash(password);
    return this.pendingNames.retrying(row.usernameKey ?? null, () => this.units.run((work) => this.insert(work, { row, passwordHash })));
  }

  /**
   * Makes the first user, who is administrator. Once there is one it costs no hash to hear so.
   *
   * @throws RegistrationClosedError when anybody is active, or the first administrator was made before.
   */
  async bootstrap(input: unknown): Promise<BaseUser> {
    // Before the costly hash, which a stranger could ask for without end; what counts is the claim behind the lock.
    if (!(await this.firstAdmin.isUntouched(this.database))) throw new RegistrationClosedError();
    const draft = await this.draft(Fields.of(input), 'trusted');
    return this.insertFirst(draft, (work) => this.firstAdmin.claim(work));
  }

  /**
   * Makes the first administrator from what somebody with a permit typed: who he is, and a password.
   *
   * @throws RegistrationClosedError when there is one, or was; InvalidInputError, WeakPasswordError, UsernameTakenError, EmailTakenError.
   */
  async createFirstAdmin(body: unknown, permit: FirstAdminPermit): Promise<BaseUser> {
    const typed = Fields.of(body);
    if (!typed.has('password')) typed.fault('password', 'USERS_REQUIRED');
    const row = { ...this.readPerson(typed, 'admin'), activatedAt: this.clock.now() };
    typed.done();
    const password = this.policy.read(typed.raw('password'));
    await permit.check();
    return this.insertFirst({ row, passwordHash: await this.hashed(password, row) }, (work) => permit.claim(work));
  }

  private insertFirst(draft: Draft, claim: (work: Work) => Promise<boolean>): Promise<BaseUser> {
    return this.units.run(async (work) => {
      await this.firstAdmin.lock(work);
      if (!(await claim(work))) throw new RegistrationClosedError();
      return this.insert(work, { ...draft, row: { ...draft.row, isAdmin: true } });
    });
  }

  private async draft(input: Fields, setter: Setter): Promise<Draft> {
    const row = { ...this.readPerson(input, setter), ...this.readFlags(input) };
    if (row.isService && input.has('password')) input.fault('password', 'USERS_NOT_ALLOWED');
    input.done();
    return { row, passwordHash: input.has('password') ? await this.hashed(input.raw('password'), row) : null };
  }

  private readPerson(input: Fields, setter: Setter): UserRow & { id: string } {
    this.facts.requireIdentifiers(input);
    const email = this.facts.email(input);
    const username = this.facts.username(input, email?.key ?? null, setter === 'registration' ? 'himself' : 'trusted');
    const now = this.clock.now();
    return {
      ...emptyUser(newId(now, this.random), now),
      ...(username && { username: username.shown, usernameKey: username.key }),
      ...(email && { email: email.shown, emailKey: email.key }),
      ...this.facts.personal(input),
      ...(setter === 'trusted' ? { ...this.facts.data(input), ...this.ownFields.readAll(input) } : this.ownFields.read(input, setter)),
    };
  }

  private readFlags(input: Fields) {
    const now = this.clock.now();
    return {
      isAdmin: input.optionalFlag('isAdmin') ?? false,
      isService: input.optionalFlag('isService') ?? false,
      mustChangePassword: input.optionalFlag('mustChangePassword') ?? false,
      activatedAt: now,
      emailConfirmedAt: (input.optionalFlag('emailConfirmed') ?? false) ? now : null,
    };
  }

  private async hashed(password: unknown, about: UserRow): Promise<string> {
    return this.passwords.hash(await this.policy.check(password, about));
  }

  private async insert(work: Work, { row, passwordHash }: Draft): Promise<BaseUser> {
    await this.users.insert(work, row);
    if (passwordHash !== null) await this.passwords.set(work, row.id, passwordHash, work.now);
    await work.record(new UserCreated(work.now, row.id));
    return (await this.users.findById(work, row.id)) as BaseUser;
  }
}
