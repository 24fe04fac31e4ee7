import type { ProfileController, SocialIdentitiesController } from '../../index.js';
import type { OperationsOf } from './operation.js';

export const PROFILE: OperationsOf<ProfileController> = {
  session: {
    id: 'getSession',
    summary: 'Whether anybody is signed in',
    description: 'For a front end that asks at its start. It answers sessions that still need a step, too.',
    access: 'optional',
    answers: { 200: 'SessionState' },
  },
  me: { id: 'getMe', summary: 'Who one is', takesKeys: true, answers: { 200: 'Context' } },
  export: { id: 'exportMe', summary: 'All that is kept about oneself', isClosedToActing: true, answers: { 200: 'PersonalData' } },
  credentialFacts: {
    id: 'getMyCredentialFacts',
    summary: 'Since when one has the password, and which change of address waits',
    isClosedToActing: true,
    answers: { 200: 'CredentialFacts' },
  },
  update: { id: 'updateMe', summary: 'Change what one says of oneself', body: 'ProfileChanges', answers: { 200: 'OneUser' } },
  rename: {
    id: 'changeUsername',
    isClosedToActing: true,
    summary: 'Take another user name',
    body: 'NewUsername',
    answers: { 200: 'OneUser' },
    errors: ['USERS_USERNAME_TAKEN'],
  },
  delete: {
    id: 'deleteMe',
    isClosedToActing: true,
    summary: 'Delete the account for good',
    body: 'Proof',
    answers: { 204: null },
    errors: ['USERS_WRONG_PASSWORD', 'USERS_LAST_ADMIN', 'USERS_TOO_MANY_REQUESTS'],
  },
};

export const SOCIAL: OperationsOf<SocialIdentitiesController> = {
  list: { id: 'listMySocialIdentities', summary: 'By which other providers one can sign in', answers: { 200: 'SocialIdentities' } },
  unlink: {
    id: 'unlinkSocialIdentity',
    summary: 'Sign in by this provider no more',
    description: 'Only lately after signing in. Sessions that are open go on.',
    isClosedToActing: true,
    answers: { 204: null },
    errors: ['USERS_REAUTHENTICATION_REQUIRED', 'USERS_LAST_SIGN_IN'],
  },
};
