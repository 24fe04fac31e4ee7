import { UsersError } from '../kernel/errors.js';

/** 403: nobody can register himself here, or the first administrator was made already. */
export class RegistrationClosedError extends UsersError {
  override readonly code = 'USERS_REGISTRATION_CLOSED';

  constructor() {
    super('forbidden', 'New accounts are made by an administrator.');
  }
}
