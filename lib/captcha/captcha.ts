import { Injectable, Logger } from '@nestjs/common';
import { InvalidInputError, UnavailableError } from '../kernel/errors.js';
import { faultOfText } from '../kernel/fields.js';
import type { RequestSource } from '../kernel/request-source.js';
import { withDeadline } from '../persistence/deadline.js';
import { CaptchaNeededError, CaptchaWrongError } from './captcha.errors.js';
import { type CaptchaAction, CaptchaSettings } from './captcha.options.js';

/** Longer than what any of the known services gives (2 kB), and short enough to be passed on. */
const MAX_LENGTH = 8_192;

/** Asks the host's captcha. What was shown is passed on and forgotten: it goes into no row and no log. */
@Injectable()
export class Captcha {
  private readonly logger = new Logger('UsersCaptcha');

  constructor(private readonly settings: CaptchaSettings) {}

  /** From how many failures on a log-in needs one; `null` for never. */
  get afterFailures(): number | null {
    return this.settings.verify === null ? null : this.settings.afterFailures;
  }

  /**
   * @throws CaptchaNeededError, CaptchaWrongError; InvalidInputError for what is no text; UnavailableError while nobody can tell: that lets
   * nobody in, unless the host allows it.
   */
  async require(action: CaptchaAction, from: RequestSource): Promise<void> {
    if (!this.isAskedFor(action)) return;
    const { captcha: shown, ip } = from;
    if (shown === undefined || shown === null) throw new CaptchaNeededError();
    const fault = faultOfText(shown, { max: MAX_LENGTH });
    if (fault !== null) throw new InvalidInputError(undefined, { captcha: [fault] });
    if (!(await this.isGood(shown as string, { action, ip }))) throw new CaptchaWrongError();
  }

  private isAskedFor(action: CaptchaAction): boolean {
    const { verify, registration, passwordReset } = this.settings;
    if (verify === null) return false;
    return action === 'registration' ? registration : action === 'password-reset' ? passwordReset : true;
  }

  private async isGood(answer: string, context: { action: CaptchaAction; ip: string | null }): Promise<boolean> {
    const { verify, timeout, allowWhenUnavailable } = this.settings;
    try {
      // Called inside, so that what it throws at once is no other kind of trouble. By the host's word, which no type holds him to.
      const asked = Promise.resolve().then((): unknown => verify?.(answer, context));
      return (await withDeadline(asked, timeout, 'The captcha')) === true;
    } catch (error) {
      // Not its text: what a client of the service says may hold the answer, or the host's secret.
      this.logger.error(`The option captcha.verify failed: ${error instanceof Error ? error.name : typeof error}.`);
      if (allowWhenUnavailable) return true;
      throw new UnavailableError(error);
    }
  }
}
