import { UsersError } from '../kernel/errors.js';

/** 400: unknown, used, replaced, expired or of another purpose; one answer for all, since the difference would help only a thief. */
export class InvalidTokenError extends UsersError {
  override readonly code = 'USERS_INVALID_TOKEN';

  constructor() {
    super('invalid', 'This link does not work any more. Ask for a new one.');
  }
}
