import { Injectable } from '@nestjs/common';
import { Captcha } from '../captcha/captcha.js';
import { Background } from '../kernel/background.js';
import { Fields } from '../kernel/fields.js';
import { parseEmail } from '../kernel/identifiers.js';
import { type RequestSource, storableSource } from '../kernel/request-source.js';
import { Notifier } from '../notifications/notifier.port.js';
import { type IssuedToken, OneTimeTokens } from '../one-time-tokens/one-time-tokens.service.js';
import { Database } from '../persistence/database.js';
import { UnitOfWork } from '../persistence/unit-of-work.js';
import { networkOf } from '../rate-limits/network-of.js';
import { RateLimiter } from '../rate-limits/rate-limiter.js';
import { LimitsSettings } from '../rate-limits/rate-limits.options.js';
import type { BaseUser } from '../users/base-user.js';
import { factsOf } from '../users/named.js';
import { keysOf, type UserRef } from '../users/user-ref.js';
import { UserStore } from '../users/user.store.js';
import { PasswordResetSettings } from './password-reset.options.js';

export interface IssuedReset {
  readonly user: BaseUser;
  readonly token: IssuedToken;
}

/** Who asks for a link. */
@Injectable()
export class ResetRequests {
  constructor(
    private readonly users: UserStore,
    private readonly tokens: OneTimeTokens,
    private readonly notifier: Notifier,
    private readonly limiter: RateLimiter,
    private readonly limits: LimitsSettings,
    private readonly captcha: Captcha,
    private readonly settings: PasswordResetSettings,
    private readonly background: Background,
    private readonly database: Database,
    private readonly units: UnitOfWork,
  ) {}

  /** Answers before it looks anybody up, so that neither time nor a failing mail server tells who is known. */
  async request(who: object, from?: RequestSource): Promise<void> {
    const input = Fields.of(who);
    const name = ['login', 'email', 'username'].find((candidate) => input.has(candidate)) ?? 'login';
    const text = input.text(name, { max: 320, line: true });
    input.done();
    if (from !== undefined) await this.admit(from);
    this.background.run('Sending a reset link', () => this.send({ [name]: text } as UserRef, storableSource(from)));
  }

  private async admit(from: RequestSource): Promise<void> {
    await this.limiter.spend(this.limits.mailRequests, networkOf(from.ip));
    await this.captcha.require('password-reset', from);
  }

  async isAvailable(user: BaseUser): Promise<boolean> {
    return isReachable(user) && !(await this.limiter.isSpent(this.limits.mailsToAccount, budgetKey(user)));
  }

  /** For the user as he is behind his lock: a link must not go to an address that he has just left. @returns `null` when he is not active. */
  issue(userId: string, lifetime: number): Promise<IssuedReset | null> {
    return this.units.run(async (work) => {
      await this.users.lock(work, userId);
      const user = await this.users.findById(work, userId);
      if (user?.status !== 'active') return null;
      const sentTo = user.email === null ? null : (parseEmail(user.email)?.key ?? null);
      return { user, token: await this.tokens.issue(work, { userId, purpose: 'reset-password', sentTo, lifetime }) };
    });
  }

  /** The budget first: beyond it the link that was mailed before must stay good. The mail goes to the stored address, never to the typed one. */
  private async send(ref: UserRef, from: RequestSource): Promise<void> {
    const found = await this.users.find(this.database, keysOf(ref));
    if (found === null || !isReachable(found)) return;
    if (!(await this.limiter.trySpend(this.limits.mailsToAccount, budgetKey(found)))) return;
    const issued = await this.issue(found.id, this.settings.tokenLifetime);
    if (issued === null || !isReachable(issued.user)) return;
    const { user, token } = issued;
    await this.notifier.notify({ kind: 'reset-password', to: user.email, user: factsOf(user), from, ...token });
  }
}

function isReachable(user: BaseUser): user is BaseUser & { email: string } {
  return user.status === 'active' && user.email !== null;
}

function budgetKey(user: BaseUser): string {
  return `reset-password ${user.id}`;
}
