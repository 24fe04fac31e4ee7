import { type Issues, noteUnknownNames } from '../kernel/issues.js';
import { RESERVED_NAMES } from './reserved-names.js';

export interface UsernameOptions {
  /** Fewest characters. @default 1 */
  readonly min?: number;
  /** Most characters; the column holds 255. @default 255 */
  readonly max?: number;
  /** What a user name must look like as a whole, beside our own rules. @default none */
  readonly pattern?: RegExp;
  /**
   * Names that nobody may take by himself, whatever their case; trusted code and administrators may give them. Yours takes the place of
   * our list: `reserved: []` for none. @default names such as admin, root, support, postmaster, noreply
   */
  readonly reserved?: readonly string[];
}

export interface UsersOptions {
  readonly username?: UsernameOptions;
  /** Whether a user has an e-mail address: `asUsername` means that he is known by nothing else. @default 'optional' */
  readonly email?: 'required' | 'optional' | 'asUsername';
  /** Size limit of `profile`, of `data` and of each own JSON field, in bytes. @default 16384 */
  readonly jsonBytes?: number;
  /** Weakening: whether who has not confirmed his address yet may sign in, by user name. @default false */
  readonly allowUnconfirmedLogin?: boolean;
}

/** The resolved {@link UsersOptions}. */
export abstract class UsersSettings {
  abstract readonly username: Readonly<Required<Omit<UsernameOptions, 'pattern'>>> & { readonly pattern: RegExp | null };
  abstract readonly email: 'required' | 'optional' | 'asUsername';
  abstract readonly jsonBytes: number;
  abstract readonly allowUnconfirmedLogin: boolean;
}

export function resolveUsersOptions(options: UsersOptions, issues: Issues): UsersSettings {
  const { username = {}, email = 'optional', jsonBytes = 16_384, allowUnconfirmedLogin = false } = options;
  noteUnknownNames(username, ['min', 'max', 'pattern', 'reserved'], { path: 'registration.username', issues });
  const { min = 1, max = 255, pattern = null, reserved = RESERVED_NAMES } = username;
  if (!Number.isInteger(min) || min < 1 || !Number.isInteger(max) || max > 255 || min > max)
    issues.add('registration.username', 'give whole numbers with 1 <= min <= max <= 255.');
  if (pattern !== null && !(pattern instanceof RegExp))
    issues.add('registration.username.pattern', 'give a RegExp, such as /^[a-z0-9_]+$/.');
  // With these a RegExp remembers where it was, and refuses every second good name.
  else if (pattern !== null && (pattern.global || pattern.sticky))
    issues.add('registration.username.pattern', 'leave out the flags g and y.');
  if (!Array.isArray(reserved) || !reserved.every((name) => typeof name === 'string'))
    issues.add('registration.username.reserved', "give a list of names: ['admin', 'root'].");
  if (!['required', 'optional', 'asUsername'].includes(email))
    issues.add('registration.email', "write 'required', 'optional' or 'asUsername'.");
  if (!Number.isInteger(jsonBytes) || jsonBytes < 2 || jsonBytes > 65_535)
    issues.add('registration.jsonBytes', 'give a whole number of bytes between 2 and 65535.');
  if (typeof allowUnconfirmedLogin !== 'boolean') issues.add('registration.allowUnconfirmedLogin', 'write true or false.');
  return { username: { min, max, pattern, reserved }, email, jsonBytes, allowUnconfirmedLogin };
}
