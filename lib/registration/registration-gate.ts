import { Injectable } from '@nestjs/common';
import { Captcha } from '../captcha/captcha.js';
import type { RequestSource } from '../kernel/request-source.js';
import { networkOf } from '../rate-limits/network-of.js';
import { RateLimiter } from '../rate-limits/rate-limiter.js';
import { LimitsSettings } from '../rate-limits/rate-limits.options.js';

/** What a stranger has to pass before anything is hashed for him: the budget of his address, and the host's captcha. */
@Injectable()
export class RegistrationGate {
  constructor(
    private readonly limiter: RateLimiter,
    private readonly limits: LimitsSettings,
    private readonly captcha: Captcha,
  ) {}

  /**
   * @param from `undefined` for a trusted caller, who passes.
   * @throws TooManyRequestsError, CaptchaNeededError, CaptchaWrongError, InvalidInputError, UnavailableError.
   */
  async pass(from: RequestSource | undefined): Promise<void> {
    if (from === undefined) return;
    await this.limiter.spend(this.limits.registrations, networkOf(from.ip));
    await this.captcha.require('registration', from);
  }
}
