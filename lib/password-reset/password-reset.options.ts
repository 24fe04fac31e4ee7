import { type Duration, isDuration, milliseconds } from '../kernel/duration.js';
import { type Issues, noteUnknownNames } from '../kernel/issues.js';

export interface PasswordResetOptions {
  /** At most a day, as NIST SP 800-63B-4, section 4.2.1.2, has it for e-mail. @default '1h' */
  readonly tokenLifetime?: Duration;
}

/** The resolved {@link PasswordResetOptions}. */
export abstract class PasswordResetSettings {
  /** In milliseconds. */
  abstract readonly tokenLifetime: number;
}

export const LONGEST_TOKEN_LIFETIME = milliseconds('24h');

export function resolvePasswordResetOptions(options: PasswordResetOptions = {}, issues: Issues): PasswordResetSettings {
  noteUnknownNames(options, ['tokenLifetime'], { path: 'passwordReset', issues });
  const { tokenLifetime = '1h' } = options;
  const length = isDuration(tokenLifetime) ? milliseconds(tokenLifetime) : 0;
  const isGood = length > 0 && length <= LONGEST_TOKEN_LIFETIME;
  if (!isGood) issues.add('passwordReset.tokenLifetime', "write a duration of at most a day: '1h'.");
  return { tokenLifetime: isGood ? length : milliseconds('1h') };
}
