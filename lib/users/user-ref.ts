import { InvalidInputError } from '../kernel/errors.js';
import { fold, parseEmail } from '../kernel/identifiers.js';
import { isId } from '../kernel/id.js';
import { isPlainObject, isStorable } from '../kernel/json.js';
import { BaseUser } from './base-user.js';

/** Names one user: by id, by a user of ours, or by exactly one of the things he is known by. `login` is what a person types at sign-in. */
export type UserRef = string | { id: string } | { username: string } | { email: string } | { login: string };

/** A reference in the form in which the store can look it up; several keys are tried in turn. */
export type UserKey = { readonly id: string } | { readonly usernameKey: string } | { readonly emailKey: string };

/**
 * @returns the keys to look under, in order; none when nothing can match, so that nonsense costs no query.
 * @throws InvalidInputError when it names nobody at all, or more than one thing: `{}` must never mean "the first user".
 */
export function keysOf(ref: UserRef): UserKey[] {
  if (typeof ref === 'string') return keyOfId(ref);
  if (ref instanceof BaseUser) return keyOfId(ref.id);
  const [entry, ...more] = isPlainObject(ref) ? Object.entries(ref) : [];
  if (entry === undefined || more.length > 0 || typeof entry[1] !== 'string')
    throw new InvalidInputError('Name a user by exactly one of id, username, email or login.');
  const [name, text] = entry;
  if (name === 'id') return keyOfId(text);
  if (name === 'username') return keyOfUsername(text);
  if (name === 'email') return keyOfEmail(text);
  if (name === 'login') return text.includes('@') ? [...keyOfEmail(text), ...keyOfUsername(text)] : keyOfUsername(text);
  throw new InvalidInputError('Name a user by exactly one of id, username, email or login.');
}

function keyOfId(id: string): UserKey[] {
  return isId(id) ? [{ id }] : [];
}

function keyOfUsername(text: string): UserKey[] {
  // The column holds 255; what is longer cannot be there, and what cannot be stored fails the statement.
  const usable = text.length <= 1_020 && isStorable(text) && [...fold(text)].length <= 255;
  return usable && fold(text).length > 0 ? [{ usernameKey: fold(text) }] : [];
}

function keyOfEmail(text: string): UserKey[] {
  const email = parseEmail(text);
  return email === null ? [] : [{ emailKey: email.key }];
}
