import { UsersError } from '../kernel/errors.js';

/** 409: another user has this user name. User names are public, so this is no secret. */
export class UsernameTakenError extends UsersError {
  override readonly code = 'USERS_USERNAME_TAKEN';

  constructor() {
    super('conflict', 'That username is taken.', { fields: { username: ['USERS_USERNAME_TAKEN'] } });
  }
}

/** 409: another user has this address. Only for trusted callers and administrators: a stranger must not learn it. */
export class EmailTakenError extends UsersError {
  override readonly code = 'USERS_EMAIL_TAKEN';

  constructor() {
    super('conflict', 'Another account has this address.', { fields: { email: ['USERS_EMAIL_TAKEN'] } });
  }
}

/** 409: the act would leave nobody who can administrate. */
export class LastAdminError extends UsersError {
  override readonly code = 'USERS_LAST_ADMIN';

  constructor() {
    super('conflict', 'There must be at least one administrator. Make someone else one first.');
  }
}
