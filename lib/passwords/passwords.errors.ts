import { UsersError } from '../kernel/errors.js';

/** 400: well-formed, but not accepted as a new password; `fields` has a code for each reason, all at once. */
export class WeakPasswordError extends UsersError {
  override readonly code = 'USERS_WEAK_PASSWORD';

  /** @param field the name of the input that held it. */
  constructor(field: string, faults: readonly string[]) {
    super('invalid', 'This password is too easy to guess. Choose a longer or a less common one.', { fields: { [field]: faults } });
  }
}
