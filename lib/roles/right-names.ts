import type { Fields } from '../kernel/fields.js';

/**
 * The right to everything, as a permission and as a role. It follows from the user's flag and from nothing else: no list may hold it, so
 * that there is one place to look for administrators, and one rule that keeps the last of them.
 */
export const ADMIN = 'admin';

/** How many permissions, roles or scopes one list may hold. */
export const MOST_NAMES = 100;

/** No white space and no comma, so that names can stand in a line; no length that a list of a hundred could not afford. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._:/*-]{0,99}$/;

/** Whether a text can be the name of a permission, a role or a scope: `note:write`, `users.read`. Case counts. */
export function isRightName(value: unknown): value is string {
  return typeof value === 'string' && NAME.test(value);
}

/** Reads a list of names, each once; faults are noted in `input`. */
export function readRightNames(input: Fields, name: string): string[] {
  const value = input.raw(name);
  const fault = faultOfNames(value);
  if (fault !== null) input.fault(name, fault);
  return fault === null ? [...new Set(value as string[])] : [];
}

function faultOfNames(value: unknown): string | null {
  if (value === undefined) return 'USERS_REQUIRED';
  if (!Array.isArray(value)) return 'USERS_WRONG_TYPE';
  if (value.length > MOST_NAMES) return 'USERS_TOO_MANY';
  return value.every(isRightName) ? null : 'USERS_NOT_VALID';
}

/** What a row holds, whoever wrote it: a list of texts, without the one that only the flag gives. */
export function storedNames(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((name): name is string => typeof name === 'string' && name !== ADMIN) : [];
}

/** Most have one or none, and this is asked at each request. */
export function eachOnce(names: readonly string[]): string[] {
  return names.length < 2 ? [...names] : [...new Set(names)];
}
