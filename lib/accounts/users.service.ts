import { Injectable } from '@nestjs/common';
import { AuthorityService, type ResourceRolesRequest } from '../authority/authority.service.js';
import { NotFoundError } from '../kernel/errors.js';
import { Fields } from '../kernel/fields.js';
import type { Page } from '../kernel/page.js';
import type { RegisteredRole } from '../kernel/register.js';
import type { RequestSource } from '../kernel/request-source.js';
import type { AcceptInvitationInput } from '../invitations/invitation-acceptance.js';
import type { Invited, InviteInput } from '../invitations/invitations.service.js';
import { type BanInput, Bans } from '../moderation/bans.service.js';
import { ModerationService } from '../moderation/moderation.service.js';
import { type ChangePasswordInput, PasswordChangeService, type PasswordStatus } from '../password-change/password-change.service.js';
import { PasswordPolicy } from '../passwords/password-policy.js';
import type { PasswordSubject } from '../passwords/password-subject.js';
import type { EntityManager } from '../persistence/connection.js';
import { joined } from '../persistence/joined.js';
import { ConfirmationService } from '../registration/confirmation.service.js';
import { EmailChangeService } from '../registration/email-change.service.js';
import { EmailConfirmationService } from '../registration/email-confirmation.service.js';
import type { Registered, RegisterInput } from '../registration/registration.service.js';
import type { CreateUserInput } from '../registration/user-creation.js';
import type { Permission } from '../roles/admin-permissions.js';
import { Credentials } from '../sessions/credentials.js';
import type { ImportRow } from '../user-import/import-row.js';
import { type ImportOptions, type ImportReport, UserImport } from '../user-import/user-import.js';
import type { BaseUser } from '../users/base-user.js';
import type { RegisteredUser } from '../users/register.js';
import type { UserRef } from '../users/user-ref.js';
import { type PersonalData, PersonalDataService } from './personal-data.service.js';
import { type ActorProof, UserAdmission } from './user-admission.js';
import { type UpdateUserInput, UserChanges } from './user-changes.js';
import { type ListUsers, type SearchUsers, UserQueries } from './user-queries.js';
import { UsersBySocial } from './users-by-social.js';

/**
 * Everything about users, found by typing a dot. Its callers are trusted: whoever calls `setAdmin` here may. What comes from a request
 * goes through the routes or the guards first; still every value is checked here again.
 */
@Injectable()
export class UsersService<U extends BaseUser = RegisteredUser> extends UsersBySocial<U> {
  constructor(
    admission: UserAdmission,
    private readonly confirmation: ConfirmationService,
    private readonly emailConfirmation: EmailConfirmationService,
    private readonly emailChange: EmailChangeService,
    private readonly passwordChange: PasswordChangeService,
    private readonly policy: PasswordPolicy,
    private readonly moderation: ModerationService,
    private readonly bans: Bans,
    private readonly authority: AuthorityService,
    private readonly importing: UserImport,
    private readonly changes: UserChanges,
    private readonly queries: UserQueries,
    private readonly credentials: Credentials,
    private readonly personalData: PersonalDataService,
  ) {
    super(admission);
  }

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
    return (await this.admission.creation.create(input)) as U;
  }

  /**
   * As {@link create}, in the name of somebody who shows who he is: he must have the permission `users.create`, and be administrator to make
   * one. With `registration.createRequires: 'anyUser'` everybody may, within the fields of a registration by user name. `null`, for
   * nobody, makes the first user as {@link bootstrap} does: give it only where whoever comes first may administrate.
   *
   * @throws InvalidSessionError, InvalidCredentialsError, StepNeededError, ActingError when he does not show it; TooManyRequestsError;
   *   ForbiddenError; and as {@link create}.
   */
  async createAs(actor: ActorProof | null, input: CreateUserInput, from?: RequestSource): Promise<U> {
    return (await this.admission.acts.create(actor, input, from)) as U;
  }

  /**
   * Makes the first user of the database's life, as administrator.
   *
   * @throws RegistrationClosedError when anybody is active, or the first administrator was made before.
   */
  async bootstrap(input: CreateUserInput): Promise<U> {
    return (await this.admission.creation.bootstrap(input)) as U;
  }

  /**
   * What a stranger does: with an address he is pending until he confirms it, with a user name alone he is active.
   *
   * @throws RegistrationClosedError, InvalidInputError, WeakPasswordError, UsernameTakenError, TooManyRequestsError.
   */
  async register(input: RegisterInput, from?: RequestSource): Promise<Registered<U>> {
    return (await this.admission.registration.register(input, from)) as Registered<U>;
  }

  /**
   * Makes a pending user without a password, and mails him a link by which alone he becomes active. Again it voids the earlier link.
   *
   * @throws InvalidInputError, EmailTakenError, TooManyRequestsError beyond the budget of mails; NotFoundError for an unknown `invitedBy`.
   */
  async invite(input: InviteInput, from?: RequestSource): Promise<Invited<U>> {
    return (await this.admission.invitations.invite(input, from)) as Invited<U>;
  }

  /**
   * Accepts an invitation by its mailed token, once. Opens no session.
   *
   * @throws InvalidTokenError, InvalidInputError, WeakPasswordError, UsernameTakenError, TooManyRequestsError.
   */
  async acceptInvitation(input: AcceptInvitationInput, from?: RequestSource): Promise<U> {
    return (await this.admission.acceptance.accept(input, from)) as U;
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
    return (await this.queries.find(ref, active)) as U | null;
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

  /**
   * Keeps a user out for a reason and, if wanted, for a time: his sessions end, his open links are void, at once and on sockets too.
   * Again it changes reason and end. It ends by itself at `until`.
   *
   * @throws NotFoundError, LastAdminError, InvalidInputError.
   */
  async ban(ref: UserRef, details: BanInput = {}): Promise<U> {
    return (await this.bans.ban(ref, details)) as U;
  }

  /** Lifts a ban. Idempotent. @throws NotFoundError. */
  async unban(ref: UserRef): Promise<U> {
    return (await this.bans.unban(ref)) as U;
  }

  /** Bans who is not banned, and lifts the ban of who is. @returns whether he is banned now. @throws as {@link ban}. */
  toggleBan(ref: UserRef, details: BanInput = {}): Promise<boolean> {
    return this.bans.toggle(ref, details);
  }

  /** Who is banned now, ordered by user name; `bannedAt`, `bannedUntil`, `banReason` and `bannedById` say since when, how long and why. */
  listBanned(request: Pick<ListUsers, 'limit' | 'after'> = {}): Promise<Page<U>> {
    return this.list({ ...request, status: 'banned' });
  }

  /** Deletes a user and everything of his. @returns whether there was one. @throws LastAdminError. */
  delete(ref: UserRef): Promise<boolean> {
    return this.moderation.delete(ref);
  }

  /**
   * As {@link delete}, in the name of somebody who shows who he is: himself after a recent proof of the password, others with the permission
   * `users.delete`, but for those who may administrate more than he does.
   *
   * @throws InvalidSessionError, InvalidCredentialsError, StepNeededError, ActingError, TooManyRequestsError, ReauthenticationRequiredError
   *   when he does not show it; ForbiddenError, LastAdminError.
   */
  deleteAs(actor: ActorProof | null, ref: UserRef, from?: RequestSource): Promise<boolean> {
    return this.admission.acts.delete(actor, ref, from);
  }

  /** @throws NotFoundError, LastAdminError. */
  async deleteOrFail(ref: UserRef): Promise<void> {
    if (!(await this.delete(ref))) throw new NotFoundError();
  }

  /** Everything that our tables hold about a user, without what opens anything. @throws NotFoundError. */
  exportPersonalData(ref: UserRef): Promise<PersonalData> {
    return this.personalData.export(ref);
  }

  /**
   * Takes the person out of a user for good, and leaves a row that nobody can sign in with, for what points to it. Columns of your own
   * are cleared where they may be null.
   *
   * @throws NotFoundError, LastAdminError.
   */
  async anonymise(ref: UserRef): Promise<U> {
    return (await this.personalData.anonymise(ref)) as U;
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
    return this.passwordChange.setInitial(ref, { newPassword });
  }

  /** Changes a password by the old one; the other sessions end unless `endOthers` is false. @throws WrongPasswordError, WeakPasswordError, InvalidInputError, NotFoundError. */
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

  /** Seen by live sessions at their next request, as the three below. @returns his own permissions. @throws NotFoundError, InvalidInputError. */
  async setPermissions(ref: UserRef, permissions: readonly Permission[]): Promise<string[]> {
    return (await this.authority.setPermissions(ref, permissions)).permissions ?? [];
  }

  /** Those that he has already are no fault. @returns his own permissions. @throws NotFoundError, InvalidInputError. */
  async addPermissions(ref: UserRef, permissions: readonly Permission[]): Promise<string[]> {
    return (await this.authority.addPermissions(ref, permissions)).permissions ?? [];
  }

  /** Those that he does not have are no fault. @returns his own permissions. @throws NotFoundError, InvalidInputError. */
  async removePermissions(ref: UserRef, permissions: readonly Permission[]): Promise<string[]> {
    return (await this.authority.removePermissions(ref, permissions)).permissions ?? [];
  }

  /** @returns his own roles. @throws NotFoundError; InvalidInputError, also for a role that the option `roles` does not define. */
  async setRoles(ref: UserRef, roles: readonly RegisteredRole[]): Promise<string[]> {
    return (await this.authority.setRoles(ref, roles)).roles ?? [];
  }

  /**
   * His roles, with those on resources as `<resource>-<id>-<level>`, by the host's memberships of this moment; with `resource` only those on
   * resources of this kind, with `id` on that one.
   *
   * @throws NotFoundError, InvalidInputError; UnavailableError when the host's memberships cannot be loaded.
   */
  getRoles(ref: UserRef, on: ResourceRolesRequest = {}): Promise<string[]> {
    return this.authority.getRoles(ref, on);
  }
}
