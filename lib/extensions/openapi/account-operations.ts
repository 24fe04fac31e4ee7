import type {
  ApiKeysController,
  EmailController,
  FirstAdminController,
  ImpersonationController,
  InvitationsController,
  LoginController,
  OwnSessionsController,
  PasswordController,
  PasswordResetController,
  RegistrationController,
} from '../../index.js';
import type { OperationsOf } from './operation.js';

export const REGISTRATION: OperationsOf<RegistrationController> = {
  register: {
    id: 'register',
    summary: 'Make an account',
    description: 'With an address the answer is 202, whether the address is free, pending or taken: what happens next is in the mail.',
    access: 'public',
    body: 'Registration',
    answers: { 201: 'Registered', 202: 'Empty' },
    errors: ['USERS_WEAK_PASSWORD', 'USERS_REGISTRATION_CLOSED', 'USERS_USERNAME_TAKEN', 'USERS_TOO_MANY_REQUESTS'],
  },
};

export const LOGIN: OperationsOf<LoginController> = {
  login: {
    id: 'login',
    summary: 'Sign in',
    description: 'Sets the session cookie or, with `transport: "bearer"`, answers the token. A session that the request came with ends.',
    access: 'public',
    body: 'Login',
    answers: { 200: 'SignedIn' },
    errors: ['USERS_INVALID_CREDENTIALS', 'USERS_TOO_MANY_SESSIONS', 'USERS_TOO_MANY_REQUESTS'],
  },
  logout: {
    id: 'logout',
    summary: 'Sign out',
    description: 'Ends the session that is shown and clears the cookie. 204 also without a live session.',
    access: 'public',
    answers: { 204: null },
  },
  reauthenticate: {
    id: 'reauthenticate',
    summary: 'Prove again who one is',
    description: 'The session gets a new token, by the carrier that the request came with; the old token ends.',
    isClosedToActing: true,
    body: 'Proof',
    answers: { 200: 'Renewed' },
    errors: ['USERS_WRONG_PASSWORD', 'USERS_TOO_MANY_REQUESTS'],
  },
};

export const OWN_SESSIONS: OperationsOf<OwnSessionsController> = {
  list: {
    id: 'listMySessions',
    summary: 'Where one is signed in',
    description: 'Newest first, at most 200.',
    answers: { 200: 'OwnSessions' },
  },
  end: { id: 'endMySession', summary: 'Sign out elsewhere', answers: { 204: null } },
  endOthers: { id: 'endMyOtherSessions', summary: 'Sign out everywhere else', answers: { 200: 'Ended' } },
};

export const API_KEYS: OperationsOf<ApiKeysController> = {
  list: {
    id: 'listMyApiKeys',
    summary: "One's API keys",
    description: 'Newest first, without the keys themselves.',
    answers: { 200: 'ApiKeys' },
  },
  create: {
    id: 'createApiKey',
    summary: 'Make an API key',
    description: 'The answer shows the key, once. It is good for the scopes that it gets, as far as its owner has the rights.',
    isClosedToActing: true,
    body: 'NewApiKey',
    answers: { 201: 'CreatedApiKey' },
    errors: ['USERS_FORBIDDEN', 'USERS_TOO_MANY_API_KEYS'],
  },
  end: { id: 'endApiKey', summary: 'End an API key', isClosedToActing: true, answers: { 204: null } },
};

export const IMPERSONATION: OperationsOf<ImpersonationController> = {
  stop: {
    id: 'stopImpersonation',
    summary: 'Act as oneself again',
    description: 'The own session goes on by a new token. For who acts as nobody else nothing changes.',
    answers: { 200: 'SignedIn' },
  },
};

export const EMAIL: OperationsOf<EmailController> = {
  requestConfirmation: {
    id: 'requestEmailConfirmation',
    summary: 'Have the confirming mail sent again',
    description: 'Without an address in the body it is for the own one. The answer is the same whether the address is known or not.',
    access: 'optional',
    body: 'ConfirmationRequest',
    isBodyRequired: false,
    answers: { 202: 'Empty' },
    errors: ['USERS_STEP_NEEDED', 'USERS_TOO_MANY_REQUESTS'],
  },
  confirm: {
    id: 'confirmEmail',
    summary: 'Confirm an address by the mailed token',
    description: 'Opens no session. The same token again within its life answers the same.',
    access: 'public',
    body: 'MailedToken',
    answers: { 200: 'OneUser' },
    errors: ['USERS_INVALID_TOKEN', 'USERS_TOO_MANY_REQUESTS'],
  },
  requestChange: {
    id: 'requestEmailChange',
    summary: 'Ask for another address',
    description: 'The new address gets a link that confirms, the old one is told.',
    isClosedToActing: true,
    body: 'EmailChange',
    answers: { 202: 'Empty' },
    errors: ['USERS_WRONG_PASSWORD', 'USERS_TOO_MANY_REQUESTS'],
  },
  cancelChange: {
    id: 'cancelEmailChange',
    summary: 'Take back the wish for another address',
    isClosedToActing: true,
    answers: { 204: null },
  },
};

export const PASSWORD: OperationsOf<PasswordController> = {
  change: {
    id: 'changePassword',
    summary: 'Change the password',
    description: 'This session stays, the others end unless `endOthers` is false.',
    isClosedToActing: true,
    body: 'PasswordChange',
    answers: { 204: null },
    errors: ['USERS_WEAK_PASSWORD', 'USERS_WRONG_PASSWORD', 'USERS_TOO_MANY_REQUESTS'],
  },
  set: {
    id: 'setPassword',
    summary: 'Choose a new password where the session needs one, or the first where there is none',
    description: 'Where there is none, only lately after signing in. This session stays, the others end.',
    isClosedToActing: true,
    body: 'NewPassword',
    answers: { 204: null },
    errors: ['USERS_WEAK_PASSWORD', 'USERS_FORBIDDEN', 'USERS_REAUTHENTICATION_REQUIRED'],
  },
};

export const PASSWORD_RESET: OperationsOf<PasswordResetController> = {
  request: {
    id: 'requestPasswordReset',
    summary: 'Have a link for a new password sent',
    description: 'The same answer at the same cost, whoever it is.',
    access: 'public',
    body: 'ResetRequest',
    answers: { 202: 'Empty' },
    errors: ['USERS_TOO_MANY_REQUESTS'],
  },
  confirm: {
    id: 'resetPassword',
    summary: 'Choose a new password by the mailed token',
    description: 'Every session ends. A weak password does not use up the token.',
    access: 'public',
    body: 'PasswordReset',
    answers: { 204: null },
    errors: ['USERS_INVALID_TOKEN', 'USERS_WEAK_PASSWORD', 'USERS_TOO_MANY_REQUESTS'],
  },
};

export const INVITATIONS: OperationsOf<InvitationsController> = {
  accept: {
    id: 'acceptInvitation',
    summary: 'Accept an invitation by the mailed token',
    description: 'The token works once; a weak password or a taken user name does not use it up. Opens no session.',
    access: 'public',
    body: 'InvitationAcceptance',
    answers: { 200: 'OneUser' },
    errors: ['USERS_INVALID_TOKEN', 'USERS_WEAK_PASSWORD', 'USERS_USERNAME_TAKEN', 'USERS_TOO_MANY_REQUESTS'],
  },
};

export const FIRST_ADMIN: OperationsOf<FirstAdminController> = {
  create: {
    id: 'createFirstAdmin',
    summary: 'Make the first administrator by the link in the log',
    description: 'For the option `registration.firstAdminLink`. What is refused does not use up the link. Opens no session.',
    access: 'public',
    body: 'FirstAdmin',
    answers: { 201: 'OneUser' },
    errors: [
      'USERS_INVALID_TOKEN',
      'USERS_WEAK_PASSWORD',
      'USERS_REGISTRATION_CLOSED',
      'USERS_USERNAME_TAKEN',
      'USERS_EMAIL_TAKEN',
      'USERS_TOO_MANY_REQUESTS',
    ],
  },
};
