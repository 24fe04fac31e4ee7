export { UsersModule } from './users.module.js';
export type {
  Port,
  PortsOptions,
  RuntimeOptions,
  StructuralOptions,
  UsersModuleAsyncOptions,
  UsersModuleOptions,
} from './users.options.js';
export type { UsersExtension } from './users-extension.js';
export { defineUsers, type UserSpace, type UserSpaceDefinition } from './define-users.js';
export { usersEntities, usersMigrations, usersMigrationsSql, usersViewsMigration } from './users-schema.js';
export type { MigrationSql, MigrationsSqlOptions } from './persistence/migrations/migrations-sql.js';
export { usersOptionsFromEnv } from './users-options-from-env.js';

// The three faces
export type { UpdateUserInput } from './accounts/user-changes.js';
export { UsersService } from './accounts/users.service.js';
export type { ActorProof } from './accounts/user-acts.js';
export type { CredentialFacts, PersonalData } from './accounts/personal-data.service.js';
export type { ListUsers, SearchUsers } from './accounts/user-queries.js';
export type { BanInput } from './moderation/bans.service.js';
export type { CreateUserInput } from './registration/user-creation.js';
export type { AcceptInvitationInput } from './invitations/invitation-acceptance.js';
export type { Invited, InviteInput } from './invitations/invitations.service.js';
export type { Registered, RegisterInput } from './registration/registration.service.js';
export type { ChangePasswordInput, PasswordStatus } from './password-change/password-change.service.js';
export { type LoginInput, type OpenInput, type Renewed, SessionsService } from './sessions/sessions.service.js';
export { type Impersonation, type ImpersonationInput, ImpersonationService } from './impersonation/impersonation.service.js';
export type { Actor, CheckResult, LoginResult, Session, SessionContext } from './sessions/session.js';
export type { LoginContext, LoginExtrasOf } from './sessions/login-extras.js';
export type { CheckOptions } from './sessions/session-check.js';
export type { EndSessions, ListSessions } from './sessions/session-input.js';
export type { SessionKind, SessionNeed } from './sessions/session.entity.js';
export type { ApiKey, ApiKeyRate, CreatedApiKey } from './sessions/api-keys/api-key.js';
export type { CreateApiKeyInput } from './sessions/api-keys/api-key-input.js';
export type { SessionState } from './sessions/session-conditions.store.js';
export { type CompleteResetOptions, PasswordResetService } from './password-reset/password-reset.service.js';
export type { LinkOptions } from './social-sign-in/social-links.js';
export type { SocialProfile } from './social-sign-in/social-profile.js';
export type { SocialSignInInput, SocialSignInResult } from './social-sign-in/social-sign-in.js';
export type { SocialIdentity } from './social-identities/social-identity.js';
export { UsersHealth, type UsersHealthReport } from './health/users-health.js';
export { AttemptsService, type HitLimit } from './rate-limits/attempts.service.js';
export type { IssuedToken } from './one-time-tokens/one-time-tokens.service.js';

// The user
export { BaseUser, User, type UserStatus } from './users/base-user.js';
export { Field, type FieldOptions, type FieldReader, type FieldSetter } from './users/field.decorator.js';
export type { Register, RegisteredPermission, RegisteredRole, RegisteredScope } from './kernel/register.js';
export type { RegisteredUser } from './users/register.js';
export type { StandardSchema } from './users/standard-schema.js';
export type { UserRef } from './users/user-ref.js';
export type { UserView } from './users/user-view.js';
export type { OwnFieldDescription } from './users/own-fields.js';

// Users of another system
export type { ImportRow } from './user-import/import-row.js';
export type { ImportFault, ImportOptions, ImportReport } from './user-import/user-import.js';
export { UsersImported } from './user-import/user-import.events.js';
export { idOfLegacy } from './user-import/legacy-id.js';

// Words shared by all
export type { Duration } from './kernel/duration.js';
export type { JsonObject, JsonValue } from './kernel/json.js';
export type { Page } from './kernel/page.js';
export type { RequestSource } from './kernel/request-source.js';

// Guards and decorators
export { SessionGuard } from './http/guards/session.guard.js';
export { AdminOnly } from './http/decorators/admin-only.decorator.js';
export { CurrentSession, type CurrentSessionField } from './http/decorators/current-session.decorator.js';
export { CurrentUser, type CurrentUserField } from './http/decorators/current-user.decorator.js';
export { NotWhileActing } from './http/decorators/not-while-acting.decorator.js';
export { OptionalSession } from './http/decorators/optional-session.decorator.js';
export { RecentLogin } from './http/decorators/recent-login.decorator.js';
export { Public } from './http/decorators/public.decorator.js';
export { RequirePermission } from './http/decorators/require-permission.decorator.js';
export { RequireResourceRole, type ResourceRoleOptions } from './http/decorators/require-resource-role.decorator.js';
export { RequireRole } from './http/decorators/require-role.decorator.js';
export { RequireScope } from './http/decorators/require-scope.decorator.js';

// Permissions and roles
export { ADMIN_PERMISSIONS, type AdminPermission, type Permission } from './roles/admin-permissions.js';
export { defineRoles, type RoleDefinitions } from './roles/define-roles.js';
export type { Membership, MembershipsOptions } from './roles/roles.options.js';
export type { ResourceRolesRequest } from './authority/authority.service.js';

// The controllers, to extend one and mount it by `routes: { replace }`
export { AdminAboutController } from './http/controllers/admin-about.controller.js';
export { AdminActsController } from './http/controllers/admin-acts.controller.js';
export { AdminRightsController } from './http/controllers/admin-rights.controller.js';
export { AdminImpersonationController } from './http/controllers/admin-impersonation.controller.js';
export { AdminInvitationsController } from './http/controllers/admin-invitations.controller.js';
export { AdminSessionsController } from './http/controllers/admin-sessions.controller.js';
export { AdminUsersController } from './http/controllers/admin-users.controller.js';
export { ApiKeysController } from './http/controllers/api-keys.controller.js';
export { EmailController } from './http/controllers/email.controller.js';
export { FirstAdminController } from './http/controllers/first-admin.controller.js';
export { ImpersonationController } from './http/controllers/impersonation.controller.js';
export { InvitationsController } from './http/controllers/invitations.controller.js';
export { LoginController } from './http/controllers/login.controller.js';
export { OwnSessionsController } from './http/controllers/own-sessions.controller.js';
export { PasswordResetController } from './http/controllers/password-reset.controller.js';
export { PasswordController } from './http/controllers/password.controller.js';
export { ProfileController } from './http/controllers/profile.controller.js';
export { RegistrationController } from './http/controllers/registration.controller.js';
export { SocialIdentitiesController } from './http/controllers/social-identities.controller.js';

// Ports and what ships for them
export { Clock } from './kernel/clock.port.js';
export { SystemClock } from './kernel/system-clock.js';
export { RandomSource } from './kernel/random-source.port.js';
export { Notifier } from './notifications/notifier.port.js';
export type { Notification, NotificationKind, NotificationOf, NotifiedUser } from './notifications/notification.js';
export type { Mail, MailTransport } from './notifications/mail.js';
export type { MailFacts } from './notifications/mail-facts.js';
export type { MailTemplate, MailTemplates } from './notifications/mail-templates.js';
export type { MailBody, MailLink, MailWords } from './notifications/mail-words.js';
export { maskEmail } from './notifications/mask-email.js';
export { BreachChecker } from './passwords/breach-checker.port.js';
export { PasswordHasher } from './passwords/password-hasher.port.js';
export { PasswordVerifier } from './passwords/password-verifier.port.js';
export { FrameworkClientAddress } from './http/framework-client-address.js';
export { ClientAddress } from './http/client-address.port.js';
export { type Change, InvalidationBus } from './persistence/invalidation-bus.port.js';
export { AttemptStore, type Spending } from './rate-limits/attempt-store.port.js';
export type { Budget } from './rate-limits/budget.js';

// Options
export type { EmailConfirmationOptions, RegistrationOptions } from './registration/registration.options.js';
export type { ApiKeysOptions } from './sessions/api-keys/api-keys.options.js';
export type { SessionCacheOptions } from './sessions/session-cache.options.js';
export type { SessionsOptions } from './sessions/sessions.options.js';
export type { LegacyLogin, LegacyUser } from './passwords/legacy-login.js';
export type { BreachCheckOptions, PasswordsOptions } from './passwords/passwords.options.js';
export type { PasswordResetOptions } from './password-reset/password-reset.options.js';
export type { MailOptions, MailPaths } from './notifications/notifications.options.js';
export type { CookieOptions } from './http/cookie.options.js';
export type { CarrierName, HttpOptions } from './http/http.options.js';
export type { OwnRoutesOptions } from './http/own-routes.options.js';
export type { LimitsOptions } from './rate-limits/rate-limits.options.js';

// Events
export { DomainEvent } from './kernel/domain-event.js';
export { UsersEvents } from './persistence/users-events.js';
export {
  AdminChanged,
  EmailChanged,
  EmailConfirmed,
  UserActivated,
  UserAnonymised,
  UserBanned,
  UserCreated,
  UserDeactivated,
  UserDeleted,
  UsernameChanged,
  UserUnbanned,
  UserRegistered,
  UserUpdated,
} from './users/users.events.js';
export {
  ApiKeyCreated,
  ApiKeyEnded,
  BlackoutChanged,
  LoginFailed,
  SessionEnded,
  SessionOpened,
  SessionsEnded,
} from './sessions/sessions.events.js';
export { type ImpersonationFacts, ImpersonationStarted, ImpersonationStopped } from './impersonation/impersonation.events.js';
export { PermissionsChanged, RolesChanged } from './authority/authority.events.js';
export { SocialIdentityLinked, SocialIdentityUnlinked } from './social-identities/social-identities.events.js';
export { UserInvited } from './invitations/invitations.events.js';
export { PasswordChanged } from './password-change/password-change.events.js';
export { PasswordReset, PasswordResetRefused } from './password-reset/password-reset.events.js';

// Errors
export {
  type ErrorKind,
  ForbiddenError,
  InvalidInputError,
  NotFoundError,
  TooManyRequestsError,
  UnavailableError,
  UsersError,
} from './kernel/errors.js';
export { CrossSiteError, NotJsonError } from './http/http.errors.js';
export { InvalidOptionsError } from './kernel/issues.js';
export { EmailTakenError, LastAdminError, UsernameTakenError } from './users/users.errors.js';
export { WeakPasswordError } from './passwords/passwords.errors.js';
export { LastSignInError, SocialIdentityTakenError, SocialLinkRefusedError } from './social-identities/social-identities.errors.js';
export { InvalidTokenError } from './one-time-tokens/one-time-tokens.errors.js';
export { CaptchaNeededError, CaptchaWrongError } from './captcha/captcha.errors.js';
export type { CaptchaAction, CaptchaContext, CaptchaOptions } from './captcha/captcha.options.js';
export { RegistrationClosedError } from './registration/registration.errors.js';
export {
  ActingError,
  InvalidCredentialsError,
  InvalidSessionError,
  ReauthenticationRequiredError,
  ScopeMissingError,
  StepNeededError,
  TooManyApiKeysError,
  TooManySessionsError,
  WrongPasswordError,
} from './sessions/sessions.errors.js';
