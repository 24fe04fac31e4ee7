import { Injectable } from '@nestjs/common';
import { NotFoundError } from '../kernel/errors.js';
import { Fields } from '../kernel/fields.js';
import type { Page } from '../kernel/page.js';
import type { RequestSource } from '../kernel/request-source.js';
import { ModerationService } from '../moderation/moderation.service.js';
import { type ChangePasswordInput, PasswordChangeService, type PasswordStatus } from '../password-change/password-change.service.js';
import { PasswordPolicy } from '../passwords/password-policy.js';
import type { PasswordSubject } from '../passwords/password-subject.js';
import type { EntityManager } from '../persistence/connection.js';
import { Database } from '../persistence/database.js';
import { joined } from '../persistence/joined.js';
import { ConfirmationService } from '../registration/confirmation.service.js';
import { EmailChangeService } from '../registration/email-change.service.js';
import { EmailConfirmationService } from '../registration/email-confirmation.service.js';
import { type Registered, type RegisterInput, RegistrationService } from '../registration/registration.service.js';
import { type CreateUserInput, UserCreation } from '../registration/user-creation.js';
import { Credentials } from '../sessions/credentials.js';
import type { ImportRow } from '../user-import/import-row.js';
import { type ImportOptions, type ImportReport, UserImport } from '../user-import/user-import.js';
import type { BaseUser } from '../users/base-user.js';
import type { RegisteredUser } from '../users/register.js';
import { keysOf, type UserRef } from '../users/user-ref.js';
import { UserStore } from '../users/user.store.js';
import { UserChanges } from './user-changes.js';
import { type ListUsers, type SearchUsers, UserQueries } from './user-queries.js';

/** `undefined` leaves as it is, `null` clears. */
export type UpdateUserInput = {
  readonly [Name in 'displayName' | 'profile' | 'data' | 'mustChangePassword']?: CreateUserInput[Name] | undefined;
} & {
  readonly email?: string | null | undefined;
  readonly [ownField: string]: unknown;
};

/**
 * Everything about users, found by typing a dot. Its callers are trusted: whoever calls `setAdmin` here may. What comes from a request
 * goes through the routes or the guards first; still every value is checked here again.
 */
@Injectable()
export class UsersService<U extends BaseUser = RegisteredUser> {
  constructor(
    private readonly creation: UserCreation,
    private readonly registration: RegistrationService,
    private readonly confirmation: ConfirmationService,
    private readonly emailConfirmation: EmailConfirmationService,
    private readonly emailChange: EmailChangeService,
    private readonly passwordChange: PasswordChangeService,
    private readonly policy: PasswordPolicy,
    private readonly moderation: ModerationService,
    private readonly importing: UserImport,
    private readonly changes: UserChanges,
    private readonly queries: UserQueries,
    private readonly credentials: Credentials,
    private readonly users: UserStore,
    private readonly database: Database,
  ) {}

  /**
   * The same service inside the caller's open transaction: it commits and rolls back with that, and its events go out after that commit.
   *
   * @throws Error when `manager` is not inside a transaction.
   */
  within(manager: EntityManager): this {
    return joined(this, manager);
  }

  /** Makes a user who is active at once. @throws InvalidInputError, WeakPasswordError, UsernameTakenError, EmailTakenError. */
  async create(input: CreateUserInput): Promise<U> {
    return (await this.creation.create(input)) as U;
  }

  /**
   * Makes the first user of the database's life, as administrator.
   *
   * @throws RegistrationClosedError when anybody is active, or the first administrator was made before.
   */
  async bootstrap(input: CreateUserInput): Promise<U> {
    return (await this.creation.bootstrap(input)) as U;
  }

  /**
   * What a stranger does: with an address he is pending until he confirms it, with a user name alone he is active.
   *
   * @throws RegistrationClosedError, InvalidInputError, WeakPasswordError, UsernameTakenError, TooManyRequestsError.
   */
  async register(input: RegisterInput, from?: RequestSource): Promise<Registered<U>> {
    return (await this.registration.register(input, from)) as Registered<U>;
  }

  /**
   * Brings users over from another system with their password hashes. Repeat it as often as you like: a row is known by its `legacyId`.
   *
   * @returns what was imported, and every row that was not, with the reason; `dryRun` finds the same and writes nothing.
   */
  import(rows: Iterable<ImportRow> | AsyncIterable<ImportRow>, options?: ImportOptions): Promise<ImportReport> {
    return this.importing.run(rows, options);
  }

  /** @param options.active `true`: only who is active; `false`: only who is not. */
  async find(ref: UserRef, { active }: { active?: boolean } = {}): Promise<U | null> {
    const user = await this.users.find(this.database, keysOf(ref));
    return user === null || (active !== undefined && (user.status === 'active') !== active) ? null : (user as U);
  }

  /** @throws NotFoundError. */
  async findOrFail(ref: UserRef, options: { active?: boolean } = {}): Promise<U> {
    const user = await this.find(ref, options);
    if (user === null) throw new NotFoundError();
    return user;
  }

  /** Ordered by user name. */
  async list(request: ListUsers = {}): Promise<Page<U>> {
    return (await this.queries.page(request)) as Page<U>;
  }

  async search(request: SearchUsers): Promise<Page<U>> {
    return (await this.queries.page(request)) as Page<U>;
  }

  /** Every user that matches, page by page, without loading them all. */
  stream(request: Omit<SearchUsers, 'limit' | 'after'> = {}): AsyncIterable<U> {
    return this.queries.stream(request) as AsyncGenerator<U>;
  }

  count(request: Omit<SearchUsers, 'limit' | 'after'> = {}): Promise<number> {
    return this.queries.count(request);
  }

  /** A changed address becomes unconfirmed. @returns `null` when there is no such user. @throws InvalidInputError, EmailTakenError. */
  async update(ref: UserRef, patch: UpdateUserInput): Promise<U | null> {
    return (await this.changes.update(ref, patch, 'trusted')) as U | null;
  }

  /** @throws NotFoundError, InvalidInputError, EmailTakenError. */
  async updateOrFail(ref: UserRef, patch: UpdateUserInput): Promise<U> {
    const user = await this.update(ref, patch);
    if (user === null) throw new NotFoundError();
    return user;
  }

  /** @throws NotFoundError, InvalidInputError (also for the very same name), UsernameTakenError. */
  async changeUsername(ref: UserRef, username: string): Promise<U> {
    return (await this.changes.changeUsername(ref, username)) as U;
  }

  /** Lets a pending or deactivated user in. Idempotent. @throws NotFoundError, EmailTakenError. */
  async activate(ref: UserRef): Promise<U> {
    return (await this.confirmation.activate(ref)) as U;
  }

  /** Keeps a user out: his sessions end, his links are void, nothing is deleted. Idempotent. @throws NotFoundError, LastAdminError. */
  async deactivate(ref: UserRef): Promise<U> {
    return (await this.moderation.deactivate(ref)) as U;
  }

  /** Deletes a user and everything of his. @returns whether there was one. @throws LastAdminError. */
  delete(ref: UserRef): Promise<boolean> {
    return this.moderation.delete(ref);
  }

  /** @throws NotFoundError, LastAdminError. */
  async deleteOrFail(ref: UserRef): Promise<void> {
    if (!(await this.delete(ref))) throw new NotFoundError();
  }

  /** Checks a password without opening a session. @returns `null` for whatever did not match. @throws TooManyRequestsError. */
  async verifyCredentials(login: string, password: string, from?: RequestSource): Promise<U | null> {
    const verified = await this.credentials.verify(this.credentials.read(Fields.of({ login, password })), from);
    return verified === null ? null : (verified.user as U);
  }

  /** Asks the policy about a new password. @throws WeakPasswordError, InvalidInputError. */
  async validatePassword(password: string, about: PasswordSubject = {}): Promise<void> {
    await this.policy.check(password, about);
  }

  /** Whether he has to set his first password, may change it, or must. @throws NotFoundError. */
  passwordStatus(ref: UserRef): Promise<PasswordStatus> {
    return this.passwordChange.status(ref);
  }

  /** Sets a password without the old one. All sessions of the user end. @throws NotFoundError, WeakPasswordError, InvalidInputError. */
  setPassword(ref: UserRef, newPassword: string, { mustChange = false }: { mustChange?: boolean } = {}): Promise<void> {
    return this.passwordChange.set(ref, { newPassword, mustChange });
  }

  /** Sets the first password. @throws ForbiddenError when there is one; NotFoundError, WeakPasswordError, InvalidInputError. */
  setInitialPassword(ref: UserRef, newPassword: string): Promise<void> {
    return this.passwordChange.setInitial(ref, newPassword);
  }

  /** Changes a password by the old one; the other sessions end. @throws WrongPasswordError, WeakPasswordError, InvalidInputError, NotFoundError. */
  changePassword(ref: UserRef, input: ChangePasswordInput, options: { keepSession?: string; from?: RequestSource } = {}): Promise<void> {
    return this.passwordChange.change(ref, input, options);
  }

  /** Mails the confirming link again. @throws NotFoundError, InvalidInputError when confirmed already, TooManyRequestsError. */
  requestEmailConfirmation(ref: UserRef): Promise<{ expiresAt: Date }> {
    return this.emailConfirmation.request(ref);
  }

  /** Whether {@link requestEmailConfirmation} would mail now; counts nothing. */
  isEmailConfirmationAvailable(ref: UserRef): Promise<boolean> {
    return this.emailConfirmation.isAvailable(ref);
  }

  /** Confirms by a mailed token; a pending user becomes active. Opens no session. @throws InvalidTokenError, TooManyRequestsError. */
  async confirmEmail(token: string, from?: RequestSource): Promise<U> {
    return (await this.confirmation.confirm(token, from)) as U;
  }

  /** Vouches for a user's address. @throws NotFoundError, EmailTakenError. */
  async confirmEmailFor(ref: UserRef): Promise<U> {
    return (await this.confirmation.confirmFor(ref)) as U;
  }

  /** Mails a link to the new address, and a note to the old one. @throws NotFoundError, InvalidInputError, TooManyRequestsError. */
  requestEmailChange(ref: UserRef, email: string): Promise<void> {
    return this.emailChange.request(ref, email);
  }

  /** @throws NotFoundError. */
  async isAdmin(ref: UserRef): Promise<boolean> {
    return (await this.findOrFail(ref)).isAdmin;
  }

  /** Seen by live sessions at their next request. @throws NotFoundError, LastAdminError. */
  async setAdmin(ref: UserRef, admin = true): Promise<U> {
    return (await this.moderation.setAdmin(ref, admin)) as U;
  }
}
