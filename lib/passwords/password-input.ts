import { isStorable } from '../kernel/json.js';

/** NFC at most composes: four UTF-16 units can become one code point, so a longer text cannot become short enough. */
const UNITS_PER_CODE_POINT = 4;

/**
 * What is wrong with a value that should be a password, whether a new one or one to be checked, as a field code; `null` when nothing is.
 * It is asked before any look-up and any hash, and costs next to nothing for a megabyte. Only a lower limit is not its matter.
 */
export function faultOfPassword(value: unknown, maxLength: number): string | null {
  if (value === undefined) return 'USERS_REQUIRED';
  if (typeof value !== 'string') return 'USERS_WRONG_TYPE';
  if (value.length > maxLength * UNITS_PER_CODE_POINT) return 'USERS_PASSWORD_TOO_LONG';
  // Hashing turns every lone surrogate into the same bytes, and some libraries stop at a NUL: two passwords would become one.
  if (!isStorable(value)) return 'USERS_ILL_FORMED';
  return lengthOf(canonicalPassword(value)) > maxLength ? 'USERS_PASSWORD_TOO_LONG' : null;
}

/** NFC, and nothing else: no trimming, no case, no cut (NIST SP 800-63B-4, section 3.1.1.2). `é` is one password however it was typed. */
export function canonicalPassword(password: string): string {
  return password.normalize('NFC');
}

/** In code points: what a person would count, more or less. */
export function lengthOf(password: string): number {
  return [...password].length;
}
