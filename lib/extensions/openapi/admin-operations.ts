import type { AdminAboutController, AdminActsController, AdminSessionsController, AdminUsersController } from '../../index.js';
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
    summary: 'Make a user an administrator, or no longer one',
    body: 'AdminFlag',
    answers: { 200: 'OneUserForAdmin' },
    errors: ['USERS_LAST_ADMIN'],
  },
  setPassword: {
    id: 'setUserPassword',
    summary: 'Give a user another password',
    description: 'Every session of the user ends.',
    body: 'PasswordByAdmin',
    answers: { 204: null },
    errors: ['USERS_WEAK_PASSWORD'],
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
};
