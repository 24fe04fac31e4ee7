import { UsersError } from '../kernel/errors.js';

/** 409: another user has this identity. */
export class SocialIdentityTakenError extends UsersError {
  override readonly code = 'USERS_SOCIAL_IDENTITY_TAKEN';

  constructor() {
    super('conflict', 'That account is linked to another user. Unlink it there first.');
  }
}

/** 409: nothing proves yet that the person at the provider and the user here are one; signed in, he links it himself. */
export class SocialLinkRefusedError extends UsersError {
  override readonly code = 'USERS_SOCIAL_LINK_REFUSED';

  constructor() {
    super('conflict', 'There is an account that could be yours. Sign in to it the usual way, then link this one.');
  }
}

/** 409: without it nobody could sign in to this account any more. */
export class LastSignInError extends UsersError {
  override readonly code = 'USERS_LAST_SIGN_IN';

  constructor() {
    super('conflict', 'This is the only way to sign in to this account. Choose a password first.');
  }
}
