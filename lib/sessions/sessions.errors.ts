import { UsersError } from '../kernel/errors.js';

/** Why a token opens nothing; told in process only, since the answer is one text for all. */
export type InvalidSessionReason = 'missing' | 'malformed' | 'not_found' | 'expired' | 'inactive' | 'blackout';

/** 401: no session, or none that is good. */
export class InvalidSessionError extends UsersError {
  override readonly code = 'USERS_UNAUTHENTICATED';

  constructor(readonly reason: InvalidSessionReason) {
    super('unauthenticated', 'Sign in first.');
  }
}

/** 401 at log-in: whatever did not match, one error, one message, one cost. */
export class InvalidCredentialsError extends UsersError {
  override readonly code = 'USERS_INVALID_CREDENTIALS';

  constructor() {
    super('unauthenticated', 'That name and password do not match an account.');
  }
}

/** 403: signed in, but the password given to prove it again is not the right one. */
export class WrongPasswordError extends UsersError {
  override readonly code = 'USERS_WRONG_PASSWORD';

  constructor() {
    super('forbidden', 'That is not your current password.', { fields: { password: ['USERS_WRONG_PASSWORD'] } });
  }
}

/** 403: the session lacks a step, such as a new password, and can do only that. */
export class StepNeededError extends UsersError {
  override readonly code = 'USERS_STEP_NEEDED';

  constructor(readonly needs: readonly string[]) {
    super('forbidden', `This session first needs: ${needs.join(', ')}.`);
  }

  override getResponse(): object {
    return { ...super.getResponse(), needs: this.needs };
  }
}

/** 403: the user has as many sessions as `sessions.max` allows, and `whenFull` says to refuse. */
export class TooManySessionsError extends UsersError {
  override readonly code = 'USERS_TOO_MANY_SESSIONS';

  constructor() {
    super('forbidden', 'You are signed in on as many devices as are allowed. Sign out on one of them first.');
  }
}

/** 403: the act is delicate, and the user proved too long ago who he is: let him `reauthenticate`, then try again. */
export class ReauthenticationRequiredError extends UsersError {
  override readonly code = 'USERS_REAUTHENTICATION_REQUIRED';

  constructor() {
    super('forbidden', 'You are changing something important, so we ask again: confirm your password first.');
  }
}

/** 403: somebody acts in another's name, and this is for the user himself. */
export class ActingError extends UsersError {
  override readonly code = 'USERS_ACTING';

  constructor() {
    super('forbidden', 'Not while acting as somebody else.');
  }
}

/** 403: the user has as many API keys as `apiKeys.max` allows. */
export class TooManyApiKeysError extends UsersError {
  override readonly code = 'USERS_TOO_MANY_API_KEYS';

  constructor() {
    super('forbidden', 'You have as many API keys as are allowed. End one of them first.');
  }
}

/** 403: an API key whose scopes do not reach here, or a route that no key may call. */
export class ScopeMissingError extends UsersError {
  override readonly code = 'USERS_SCOPE_MISSING';

  constructor() {
    super('forbidden', 'This API key is not good for that.');
  }
}
