import type {
  AdminAboutController,
  AdminActsController,
  AdminImpersonationController,
  AdminRightsController,
  AdminInvitationsController,
  AdminSessionsController,
  AdminUsersController,
} from '../../index.js';
import type { OperationsOf } from './operation.js';

export const ADMIN_ABOUT: OperationsOf<AdminAboutController> = {
  me: { id: 'getMyRights', summary: 'What one may do here', answers: { 200: 'Rights' } },
  fields: { id: 'listOwnFields', summary: "The app's own fields of a user", answers: { 200: 'OwnFields' } },
};

export const ADMIN_USERS: OperationsOf<AdminUsersController> = {
  list: {
    id: 'listUsers',
    summary: 'List and search users',
    query: ['search', 'prefix', 'status', 'isAdmin', 'limit', 'after'],
    answers: { 200: 'UserPage' },
    errors: ['USERS_INVALID_INPUT'],
  },
  create: {
    id: 'createUser',
    summary: 'Make a user, active at once',
    body: 'UserCreation',
    answers: { 201: 'OneUserForAdmin' },
    errors: ['USERS_WEAK_PASSWORD', 'USERS_USERNAME_TAKEN', 'USERS_EMAIL_TAKEN'],
  },
  read: { id: 'getUser', summary: 'One user', answers: { 200: 'UserDetails' } },
  update: {
    id: 'updateUser',
    summary: 'Change a user',
    description: 'A changed address becomes unconfirmed.',
    body: 'UserChanges',
    answers: { 200: 'OneUserForAdmin' },
    errors: ['USERS_EMAIL_TAKEN'],
  },
  delete: { id: 'deleteUser', summary: 'Delete a user and everything of his', answers: { 204: null }, errors: ['USERS_LAST_ADMIN'] },
};

export const ADMIN_ACTS: OperationsOf<AdminActsController> = {
  activate: {
    id: 'activateUser',
    summary: 'Let a pending or deactivated user in',
    answers: { 200: 'OneUserForAdmin' },
    errors: ['USERS_EMAIL_TAKEN'],
  },
  deactivate: {
    id: 'deactivateUser',
    summary: 'Keep a user out',
    description: 'His sessions end, his links are void, nothing is deleted.',
    answers: { 200: 'OneUserForAdmin' },
    errors: ['USERS_LAST_ADMIN'],
  },
  ban: {
    id: 'banUser',
    summary: 'Keep a user out for a reason, for a time or for good',
    description: 'His sessions end, his links are void, nothing is deleted. Again it changes reason and end.',
    body: 'Ban',
    isBodyRequired: false,
    answers: { 200: 'OneUserForAdmin' },
    errors: ['USERS_LAST_ADMIN'],
  },
  unban: { id: 'unbanUser', summary: 'Lift a ban', answers: { 200: 'OneUserForAdmin' } },
  confirmEmail: {
    id: 'confirmUserEmail',
    summary: "Vouch for a user's address",
    answers: { 200: 'OneUserForAdmin' },
    errors: ['USERS_EMAIL_TAKEN'],
  },
  endSessions: { id: 'endUserSessions', summary: 'End all sessions of a user', answers: { 200: 'Ended' } },
  sendReset: {
    id: 'sendPasswordReset',
    summary: 'Have a link for a new password sent to a user',
    description: 'Beyond the budget of mails to one account nothing is sent, and the answer is the same.',
    answers: { 200: 'OneUserForAdmin' },
    errors: ['USERS_INVALID_INPUT'],
  },
  setAdmin: {
    id: 'setUserAdmin',
    isClosedToActing: true,
    takesKeys: false,
    summary: 'Make a user an administrator, or no longer one',
    body: 'AdminFlag',
    answers: { 200: 'OneUserForAdmin' },
    errors: ['USERS_LAST_ADMIN'],
  },
  setPassword: {
    id: 'setUserPassword',
    isClosedToActing: true,
    takesKeys: false,
    summary: 'Give a user another password',
    description: 'Every session of the user ends.',
    body: 'PasswordByAdmin',
    answers: { 204: null },
    errors: ['USERS_WEAK_PASSWORD'],
  },
};

export const ADMIN_IMPERSONATION: OperationsOf<AdminImpersonationController> = {
  start: {
    id: 'impersonateUser',
    takesKeys: false,
    isClosedToActing: true,
    summary: 'Act as a user, for at most an hour',
    description: 'The client goes on as that user by a new token; the token that it came with opens nothing any more.',
    body: 'Impersonation',
    answers: { 200: 'SignedIn' },
    errors: ['USERS_REAUTHENTICATION_REQUIRED'],
  },
};

const ONLY_OWN = 'Who is no administrator can give and take only what he has himself.';

export const ADMIN_RIGHTS: OperationsOf<AdminRightsController> = {
  setPermissions: {
    id: 'setUserPermissions',
    isClosedToActing: true,
    takesKeys: false,
    summary: "Set a user's own permissions",
    description: ONLY_OWN,
    body: 'Permissions',
    answers: { 200: 'OneUserForAdmin' },
  },
  setRoles: {
    id: 'setUserRoles',
    isClosedToActing: true,
    takesKeys: false,
    summary: "Set a user's roles",
    description: ONLY_OWN,
    body: 'Roles',
    answers: { 200: 'OneUserForAdmin' },
  },
};

export const ADMIN_SESSIONS: OperationsOf<AdminSessionsController> = {
  list: {
    id: 'listSessions',
    summary: 'List sessions',
    query: ['userId', 'ip', 'sessionState', 'limit', 'after'],
    answers: { 200: 'SessionPage' },
    errors: ['USERS_INVALID_INPUT'],
  },
  end: { id: 'endSession', summary: 'End a session', answers: { 204: null } },
  endMany: {
    id: 'endSessions',
    summary: "End a user's sessions, or everybody's",
    description: 'Either `userId` or `everyone=true`; the latter ends the own session, too.',
    query: ['userId', 'sessionState', 'everyone'],
    answers: { 200: 'Ended' },
    errors: ['USERS_INVALID_INPUT'],
  },
  blackout: { id: 'getBlackout', summary: 'Since when everybody has to sign in anew', answers: { 200: 'Blackout' } },
  setBlackout: {
    id: 'setBlackout',
    summary: 'Sign everybody out',
    description:
      'Every session opened at or before `at` is refused, the own one included. An earlier `at` than the one in force changes nothing.',
    body: 'BlackoutInstant',
    isBodyRequired: false,
    answers: { 200: 'BlackoutSet' },
  },
  clearBlackout: { id: 'clearBlackout', summary: 'Let the sessions back in that were shut out', answers: { 200: 'Blackout' } },
};

export const ADMIN_INVITATIONS: OperationsOf<AdminInvitationsController> = {
  invite: {
    id: 'inviteUser',
    summary: 'Ask somebody in',
    description: 'Makes a pending user and mails a link to the address. Again for the same address it voids the earlier link.',
    body: 'Invitation',
    answers: { 201: 'Invited' },
    errors: ['USERS_EMAIL_TAKEN', 'USERS_TOO_MANY_REQUESTS'],
  },
};
