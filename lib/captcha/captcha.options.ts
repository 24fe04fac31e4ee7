import { type Duration, isDuration, milliseconds } from '../kernel/duration.js';
import { type Issues, noteUnknownNames } from '../kernel/issues.js';

/** What may ask for a captcha. */
export type CaptchaAction = 'login' | 'registration' | 'password-reset';

/** What the answer of a captcha was shown for. */
export interface CaptchaContext {
  readonly action: CaptchaAction;
  /** The client's address, which some services want to be told. */
  readonly ip: string | null;
}

export interface CaptchaOptions {
  /**
   * Asks the captcha's service whether this answer is good: `true` lets in, anything else is a no. When it throws or is late, nobody is let
   * in and the answer is 503. It must refuse an answer that was shown before.
   */
  readonly verify: (answer: string, context: CaptchaContext) => boolean | Promise<boolean>;
  /** From how many failures of one identifier and address on a log-in needs one; `null` for never. @default 3 */
  readonly afterFailures?: number | null;
  /** Whether each registration needs one. @default true */
  readonly registration?: boolean;
  /** Whether each request for a reset link needs one. @default false */
  readonly passwordReset?: boolean;
  /** How long `verify` may take. @default '5s' */
  readonly timeout?: Duration;
  /** Lets in, with a line in the log, while `verify` fails: whoever can bring the service down needs no captcha. @default false */
  readonly allowWhenUnavailable?: boolean;
}

/** The resolved {@link CaptchaOptions}. */
export abstract class CaptchaSettings {
  /** `null` where the host asks for no captcha. */
  abstract readonly verify: CaptchaOptions['verify'] | null;
  /** `null` for never. */
  abstract readonly afterFailures: number | null;
  abstract readonly registration: boolean;
  abstract readonly passwordReset: boolean;
  /** In milliseconds. */
  abstract readonly timeout: number;
  abstract readonly allowWhenUnavailable: boolean;
}

const NAMES = ['verify', 'afterFailures', 'registration', 'passwordReset', 'timeout', 'allowWhenUnavailable'];
const SWITCHES = ['registration', 'passwordReset', 'allowWhenUnavailable'] as const;
const OFF: CaptchaSettings = {
  verify: null,
  afterFailures: null,
  registration: false,
  passwordReset: false,
  timeout: milliseconds('5s'),
  allowWhenUnavailable: false,
};

export function resolveCaptchaOptions(options: CaptchaOptions | undefined, issues: Issues): CaptchaSettings {
  if (options === undefined) return OFF;
  noteUnknownNames(options, NAMES, { path: 'captcha', issues });
  const { verify, afterFailures = 3, registration = true, passwordReset = false, timeout = '5s', allowWhenUnavailable = false } = options;
  const length = isDuration(timeout) ? milliseconds(timeout) : 0;
  if (typeof verify !== 'function')
    issues.add('captcha.verify', "give a function that asks the captcha's service, and returns true or false.");
  if (afterFailures !== null && !(Number.isInteger(afterFailures) && afterFailures >= 1 && afterFailures <= 1_000))
    issues.add('captcha.afterFailures', 'give a whole number from 1 to 1000, or null for never.');
  if (length <= 0 || length > milliseconds('1m')) issues.add('captcha.timeout', "write a duration of at most a minute: '5s'.");
  for (const name of SWITCHES)
    if (!['boolean', 'undefined'].includes(typeof options[name])) issues.add(`captcha.${name}`, 'write true or false.');
  return { verify, afterFailures, registration, passwordReset, timeout: length, allowWhenUnavailable };
}
