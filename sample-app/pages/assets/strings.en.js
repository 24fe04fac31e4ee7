// Words for the codes of the API. Its own `message` is for developers and is never shown.
import { ownWords } from './host.js';

const WORDS = {
  USERS_INVALID_CREDENTIALS: 'That name and password do not match an account. Check both, or choose a new password.',
  USERS_WRONG_PASSWORD: 'That is not your current password.',
  USERS_INVALID_INPUT: 'Something you entered cannot be used. Check each field.',
  USERS_WEAK_PASSWORD: 'Choose a password that is harder to guess.',
  USERS_REQUIRED: 'Fill this in.',
  USERS_EMPTY: 'Fill this in.',
  USERS_WRONG_TYPE: 'This cannot be used here.',
  USERS_ILL_FORMED: 'This holds characters that cannot be kept.',
  USERS_TOO_LONG: 'This is too long.',
  USERS_EMAIL_INVALID: 'Enter an email address like name@example.com',
  USERS_INVALID_EMAIL: 'Enter an email address like name@example.com',
  USERS_USERNAME_INVALID: 'Use letters, digits, dots, dashes',
  USERS_INVALID_USERNAME: 'Use letters, digits, dots, dashes',
  USERS_USERNAME_TAKEN: 'That username is taken. Try another one, such as a first and a last name with a dot.',
  USERS_EMAIL_TAKEN: 'Another account has this address',
  USERS_PASSWORD_TOO_SHORT: 'Use 8 characters or more',
  USERS_PASSWORD_TOO_LONG: 'Use at most 256 characters',
  USERS_PASSWORD_TOO_COMMON: 'Choose a password that is harder to guess: this one is on the list of the most used',
  USERS_PASSWORD_TOO_SIMILAR: 'Do not use your name or email address in the password',
  USERS_PASSWORD_UNCHANGED: 'This is the password that you have already. Choose another.',
  USERS_PASSWORD_BREACHED: 'This password was in a known leak of another site. Choose another.',
  USERS_INVALID_TOKEN: 'This link does not work any more.',
  USERS_REGISTRATION_CLOSED: 'New accounts are made by an administrator. Ask for an invitation.',
  USERS_LAST_ADMIN: 'There must be at least one administrator. Make someone else one first.',
  USERS_TOO_MANY_REQUESTS: 'Too many tries. Wait {wait}, then try again.',
  USERS_UNAVAILABLE: 'The server is busy or its database does not answer. Nothing was changed. Try again in {wait}.',
  USERS_CROSS_SITE: 'This page was opened from another site. Open it again from here.',
  USERS_UNAUTHENTICATED: 'You were signed out. Sign in, then do it again.',
  USERS_FORBIDDEN: 'Your account may not do this.',
  USERS_NOT_FOUND: 'Already gone.',
  USERS_REAUTHENTICATION_REQUIRED: 'You signed in too long ago for this. Sign out, sign in again, then do it.',
  USERS_ACTING: 'Not while acting as someone else.',
  USERS_NOT_VALID: 'This cannot be used here.',
  NOT_IN_FUTURE: 'Choose a day that is still to come.',
  NO_SCOPE: 'Choose at least one.',
  USERS_TOO_MANY_API_KEYS: 'You have as many keys as one account may have. End one first.',
  TYPED: 'Type it exactly as it stands above.',
  NO_ADDRESS: 'A message needs an email address. Or set a password now.',
  OFFLINE: 'The server did not answer. Check your connection, and look whether it worked before you try again.',
  ...ownWords,
};

/** Where one code needs other words at one field. */
const AT_FIELD = {
  email: WORDS.USERS_EMAIL_INVALID,
  login: 'Enter your email or username.',
  password: 'Enter a password.',
  oldPassword: 'Enter your current password.',
  newPassword: 'Enter a new password.',
  name: 'Enter a name.',
  reason: 'Give a reason.',
};

/** The words for a code: at a field, where one is named. */
export function textFor(code, { retryAfter = 0 } = {}, field = '') {
  if ((code === 'USERS_REQUIRED' || code === 'USERS_EMPTY') && AT_FIELD[field]) return AT_FIELD[field];
  const words = Object.hasOwn(WORDS, code)
    ? WORDS[code]
    : `Something went wrong on our side. Try again in a minute. If it stays, tell us the code ${code}.`;
  return words.replace('{wait}', waitOf(retryAfter || 5));
}

function waitOf(seconds) {
  if (seconds === 1) return '1 second';
  return seconds < 120 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`;
}
