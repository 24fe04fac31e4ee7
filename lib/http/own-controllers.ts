import { AdminAboutController } from './controllers/admin-about.controller.js';
import { AdminActsController } from './controllers/admin-acts.controller.js';
import { AdminRightsController } from './controllers/admin-rights.controller.js';
import { AdminImpersonationController } from './controllers/admin-impersonation.controller.js';
import { AdminInvitationsController } from './controllers/admin-invitations.controller.js';
import { AdminSessionsController } from './controllers/admin-sessions.controller.js';
import { AdminUsersController } from './controllers/admin-users.controller.js';
import { ApiKeysController } from './controllers/api-keys.controller.js';
import { EmailController } from './controllers/email.controller.js';
import { FirstAdminController } from './controllers/first-admin.controller.js';
import { ImpersonationController } from './controllers/impersonation.controller.js';
import { InvitationsController } from './controllers/invitations.controller.js';
import { LoginController } from './controllers/login.controller.js';
import { OwnSessionsController } from './controllers/own-sessions.controller.js';
import { PasswordController } from './controllers/password.controller.js';
import { PasswordResetController } from './controllers/password-reset.controller.js';
import { ProfileController } from './controllers/profile.controller.js';
import { RegistrationController } from './controllers/registration.controller.js';
import { SocialIdentitiesController } from './controllers/social-identities.controller.js';

/** The controllers of one's own account, by the names under which a host may replace them. */
export const ACCOUNT_CONTROLLERS = {
  login: LoginController,
  registration: RegistrationController,
  profile: ProfileController,
  sessions: OwnSessionsController,
  email: EmailController,
  password: PasswordController,
  passwordReset: PasswordResetController,
  social: SocialIdentitiesController,
  apiKeys: ApiKeysController,
  impersonation: ImpersonationController,
  invitations: InvitationsController,
  firstAdmin: FirstAdminController,
} as const;

export const ADMIN_CONTROLLERS = {
  adminAbout: AdminAboutController,
  adminUsers: AdminUsersController,
  adminActs: AdminActsController,
  adminImpersonation: AdminImpersonationController,
  adminRights: AdminRightsController,
  adminSessions: AdminSessionsController,
  adminInvitations: AdminInvitationsController,
} as const;

export type ControllerName = keyof typeof ACCOUNT_CONTROLLERS | keyof typeof ADMIN_CONTROLLERS;
