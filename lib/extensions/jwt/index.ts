export { signedLogins } from './signed-logins.js';
export type { SignedLoginAlgorithm, SignedLoginKey, SignedLoginsOptions } from './jwt.options.js';
