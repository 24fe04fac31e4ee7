import type { Type } from '@nestjs/common';
import {
  AdminAboutController,
  AdminActsController,
  AdminImpersonationController,
  AdminRightsController,
  AdminInvitationsController,
  AdminSessionsController,
  AdminUsersController,
  ApiKeysController,
  EmailController,
  FirstAdminController,
  ImpersonationController,
  InvitationsController,
  LoginController,
  OwnSessionsController,
  PasswordController,
  PasswordResetController,
  ProfileController,
  RegistrationController,
  SocialIdentitiesController,
} from '../../index.js';
import {
  API_KEYS,
  EMAIL,
  FIRST_ADMIN,
  IMPERSONATION,
  INVITATIONS,
  LOGIN,
  OWN_SESSIONS,
  PASSWORD,
  PASSWORD_RESET,
  REGISTRATION,
} from './account-operations.js';
import { PROFILE, SOCIAL } from './profile-operations.js';
import {
  ADMIN_ABOUT,
  ADMIN_ACTS,
  ADMIN_IMPERSONATION,
  ADMIN_INVITATIONS,
  ADMIN_RIGHTS,
  ADMIN_SESSIONS,
  ADMIN_USERS,
} from './admin-operations.js';
import type { Operation } from './operation.js';

/** What the routes of one controller are to a client. */
export interface DescribedController {
  readonly controller: Type;
  readonly part: 'account' | 'administration';
  readonly operations: Readonly<Record<string, Operation>>;
}

function account(controller: Type, operations: Readonly<Record<string, Operation>>): DescribedController {
  return { controller, part: 'account', operations };
}

function administration(controller: Type, operations: Readonly<Record<string, Operation>>): DescribedController {
  return { controller, part: 'administration', operations };
}

/** Every route of ours: the one list from which the document is made, and which a test compares with what is mounted. */
export const OPERATIONS: readonly DescribedController[] = [
  account(RegistrationController, { ...REGISTRATION }),
  account(LoginController, { ...LOGIN }),
  account(ProfileController, { ...PROFILE }),
  account(OwnSessionsController, { ...OWN_SESSIONS }),
  account(SocialIdentitiesController, { ...SOCIAL }),
  account(ApiKeysController, { ...API_KEYS }),
  account(ImpersonationController, { ...IMPERSONATION }),
  account(EmailController, { ...EMAIL }),
  account(PasswordController, { ...PASSWORD }),
  account(PasswordResetController, { ...PASSWORD_RESET }),
  account(InvitationsController, { ...INVITATIONS }),
  account(FirstAdminController, { ...FIRST_ADMIN }),
  administration(AdminAboutController, { ...ADMIN_ABOUT }),
  administration(AdminUsersController, { ...ADMIN_USERS }),
  administration(AdminActsController, { ...ADMIN_ACTS }),
  administration(AdminImpersonationController, { ...ADMIN_IMPERSONATION }),
  administration(AdminRightsController, { ...ADMIN_RIGHTS }),
  administration(AdminSessionsController, { ...ADMIN_SESSIONS }),
  administration(AdminInvitationsController, { ...ADMIN_INVITATIONS }),
];
