import { Injectable } from '@nestjs/common';
import { Background } from '../kernel/background.js';
import type { Identifier } from '../kernel/identifiers.js';
import type { RequestSource } from '../kernel/request-source.js';
import { Notifier } from '../notifications/notifier.port.js';
import type { IssuedToken } from '../one-time-tokens/one-time-tokens.service.js';
import { RateLimiter } from '../rate-limits/rate-limiter.js';
import { LimitsSettings } from '../rate-limits/rate-limits.options.js';
import type { BaseUser } from '../users/base-user.js';
import { factsOf, type Named } from '../users/named.js';

interface ConfirmationRequest {
  readonly email: Identifier;
  /** Who has the address already; he is told, and the token goes nowhere. */
  readonly owner: BaseUser | null;
  readonly user: Named;
  readonly issued: IssuedToken;
  readonly from: RequestSource;
}

/** Mails that ask to confirm an address, after the answer and within the budget of the address. */
@Injectable()
export class ConfirmationMail {
  constructor(
    private readonly notifier: Notifier,
    private readonly limiter: RateLimiter,
    private readonly limits: LimitsSettings,
    private readonly background: Background,
  ) {}

  /** Beyond the budget: silence. */
  send(request: ConfirmationRequest): void {
    this.background.run('Mailing a confirmation', async () => {
      if (await this.spend(request.email.key)) await this.notify(request);
    });
  }

  /** For whoever would replace a link that was mailed before: beyond the budget that one must stay good. */
  spend(emailKey: string): Promise<boolean> {
    return this.limiter.trySpend(this.limits.mailsToAccount, budgetKey(emailKey));
  }

  /** Mails what was paid for by {@link spend}. */
  sendSpent(request: ConfirmationRequest): void {
    this.background.run('Mailing a confirmation', () => this.notify(request));
  }

  isAvailable(emailKey: string): Promise<boolean> {
    return this.limiter.isSpent(this.limits.mailsToAccount, budgetKey(emailKey)).then((isSpent) => !isSpent);
  }

  private notify({ email, owner, user, issued, from }: ConfirmationRequest): Promise<void> {
    if (owner !== null)
      return this.notifier.notify({ kind: 'already-registered', to: owner.email ?? email.shown, user: factsOf(owner), from });
    return this.notifier.notify({ kind: 'confirm-email', to: email.shown, user: factsOf(user), from, ...issued });
  }
}

function budgetKey(emailKey: string): string {
  return `confirm-email ${emailKey}`;
}
