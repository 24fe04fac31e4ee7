import type { Provider } from '@nestjs/common';
import { PersonalDataService } from './accounts/personal-data.service.js';
import { UserActs } from './accounts/user-acts.js';
import { UserAdmission } from './accounts/user-admission.js';
import { UserChanges } from './accounts/user-changes.js';
import { UserQueries } from './accounts/user-queries.js';
import { UsersService } from './accounts/users.service.js';
import { AuthorityService } from './authority/authority.service.js';
import { Precedence } from './authority/precedence.js';
import { Captcha } from './captcha/captcha.js';
import { UsersHealth } from './health/users-health.js';
import { ImpersonationService } from './impersonation/impersonation.service.js';
import { InvitationAcceptance } from './invitations/invitation-acceptance.js';
import { Invitations } from './invitations/invitations.service.js';
import { Background } from './kernel/background.js';
import { Clock } from './kernel/clock.port.js';
import { Measurements } from './kernel/measurements.js';
import { KnownDeviceStore } from './known-devices/known-device.store.js';
import { KnownDevices } from './known-devices/known-devices.service.js';
import { Bans } from './moderation/bans.service.js';
import { ModeratedActs } from './moderation/moderated-acts.js';
import { ModerationService } from './moderation/moderation.service.js';
import { MailQueue } from './notifications/mail-queue.js';
import { OneTimeTokenStore } from './one-time-tokens/one-time-token.store.js';
import { OneTimeTokens } from './one-time-tokens/one-time-tokens.service.js';
import { PasswordChangeService } from './password-change/password-change.service.js';
import { PasswordWriter } from './password-change/password-writer.js';
import { PasswordResetService } from './password-reset/password-reset.service.js';
import { ResetCompletion } from './password-reset/reset-completion.js';
import { ResetRequests } from './password-reset/reset-requests.js';
import { HashLane } from './passwords/hash-lane.js';
import { PasswordPolicy } from './passwords/password-policy.js';
import { PasswordStore } from './passwords/password.store.js';
import { Passwords } from './passwords/passwords.service.js';
import { Changes } from './persistence/changes.js';
import { Database } from './persistence/database.js';
import { StateStore } from './persistence/state.store.js';
import { UnitOfWork } from './persistence/unit-of-work.js';
import { UsersEvents } from './persistence/users-events.js';
import { AttemptsService } from './rate-limits/attempts.service.js';
import { RateLimiter } from './rate-limits/rate-limiter.js';
import { ChosenAdmin } from './registration/chosen-admin.js';
import { ConfirmationMail } from './registration/confirmation-mail.js';
import { ConfirmationService } from './registration/confirmation.service.js';
import { EmailChangeService } from './registration/email-change.service.js';
import { EmailConfirmationService } from './registration/email-confirmation.service.js';
import { FirstAdmin } from './registration/first-admin.js';
import { FirstAdminLink } from './registration/first-admin-link.js';
import { LegacyAdoption } from './registration/legacy-adoption.js';
import { PendingNames } from './registration/pending-names.js';
import { PendingRegistrations } from './registration/pending-registrations.js';
import { RegistrationGate } from './registration/registration-gate.js';
import { RegistrationService } from './registration/registration.service.js';
import { ResetMail } from './registration/reset-mail.port.js';
import { UserCreation } from './registration/user-creation.js';
import { Arrivals } from './sessions/arrivals.js';
import { Blackout } from './sessions/blackout.js';
import { Memberships } from './roles/memberships.js';
import { Rights } from './roles/rights.js';
import { ActingCheck } from './sessions/acting-check.js';
import { ApiKeyCheck } from './sessions/api-keys/api-key-check.js';
import { ApiKeys } from './sessions/api-keys/api-keys.js';
import { Credentials } from './sessions/credentials.js';
import { LegacyUsers } from './sessions/legacy-users.port.js';
import { Login } from './sessions/login.js';
import { LoginExtras } from './sessions/login-extras.js';
import { Reauthentication } from './sessions/reauthentication.js';
import { SessionCache } from './sessions/session-cache.js';
import { SessionCheck } from './sessions/session-check.js';
import { SessionEnding } from './sessions/session-ending.js';
import { SessionLookupStore } from './sessions/session-lookup.store.js';
import { SessionOpening } from './sessions/session-opening.js';
import { SessionRights } from './sessions/session-rights.js';
import { SessionRoles } from './sessions/session-roles.js';
import { SessionRule } from './sessions/session-rule.js';
import { SessionTouches } from './sessions/session-touches.js';
import { SessionStore } from './sessions/session.store.js';
import { SessionsSettings } from './sessions/sessions.options.js';
import { SessionsService } from './sessions/sessions.service.js';
import { SocialIdentityStore } from './social-identities/social-identity.store.js';
import { SocialLinks } from './social-sign-in/social-links.js';
import { SocialRegistration } from './social-sign-in/social-registration.js';
import { SocialSignIn } from './social-sign-in/social-sign-in.js';
import { JANITOR } from './users.maintenance.js';
import { ImportRows } from './user-import/import-row.js';
import { UserImport } from './user-import/user-import.js';
import { BelongingsStore } from './users/belongings.store.js';
import { OwnColumnsStore } from './users/own-columns.store.js';
import { OwnFields } from './users/own-fields.js';
import { SignInRule } from './users/sign-in-rule.js';
import { UserBatchStore } from './users/user-batch.store.js';
import { UserFacts } from './users/user-facts.js';
import { UserSearchStore } from './users/user-search.store.js';
import { UserStore } from './users/user.store.js';

/** The inside of the library, floor by floor. */
export const SERVICES: Provider[] = [
  Background,
  Measurements,
  UsersHealth,
  UsersEvents,
  Changes,
  StateStore,
  {
    provide: UnitOfWork,
    useFactory: (database: Database, events: UsersEvents, clock: Clock) => new UnitOfWork(database, events, clock),
    inject: [Database, UsersEvents, Clock],
  },
  MailQueue,
  ...[BelongingsStore, OwnColumnsStore, OwnFields, SignInRule, UserBatchStore, UserFacts, UserSearchStore, UserStore],
  ...[HashLane, PasswordPolicy, PasswordStore, Passwords],
  ...[OneTimeTokenStore, OneTimeTokens],
  ...[AttemptsService, RateLimiter],
  ...[Memberships, Rights],
  ...[KnownDevices, KnownDeviceStore],
  SocialIdentityStore,
  ...[
    ActingCheck,
    Arrivals,
    Blackout,
    ApiKeyCheck,
    ApiKeys,
    Credentials,
    Login,
    LoginExtras,
    Reauthentication,
    SessionCheck,
    SessionEnding,
    SessionLookupStore,
    SessionOpening,
    SessionRights,
    SessionRoles,
    SessionRule,
    SessionStore,
    SessionTouches,
  ],
  {
    provide: SessionCache,
    useFactory: ({ cache }: SessionsSettings, changes: Changes) => new SessionCache(cache, changes, () => performance.now()),
    inject: [SessionsSettings, Changes],
  },
  SessionsService,
  ...[
    ChosenAdmin,
    ConfirmationMail,
    ConfirmationService,
    EmailChangeService,
    EmailConfirmationService,
    FirstAdmin,
    FirstAdminLink,
    PendingNames,
    PendingRegistrations,
  ],
  ...[Captcha, RegistrationGate, RegistrationService, UserCreation],
  { provide: LegacyUsers, useClass: LegacyAdoption },
  { provide: ResetMail, useFactory: resetMail, inject: [ResetRequests] },
  ...[PasswordResetService, ResetCompletion, ResetRequests],
  ...[PasswordChangeService, PasswordWriter],
  ...[Bans, ModeratedActs, ModerationService],
  ...[AuthorityService, Precedence],
  ImpersonationService,
  ...[InvitationAcceptance, Invitations],
  ...[SocialLinks, SocialRegistration, SocialSignIn],
  JANITOR,
  ...[ImportRows, UserImport],
  ...[UserActs, UserAdmission, UserChanges, UserQueries, PersonalDataService, UsersService],
];

/** A plain object, which no transaction of a host's is joined to: it is asked after the commit. */
function resetMail(requests: ResetRequests): ResetMail {
  return { send: (email) => requests.request({ email }) };
}
