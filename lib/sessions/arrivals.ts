import { Injectable } from '@nestjs/common';
import { Background } from '../kernel/background.js';
import type { RequestSource } from '../kernel/request-source.js';
import { KnownDevices } from '../known-devices/known-devices.service.js';
import { Notifier } from '../notifications/notifier.port.js';
import type { Work } from '../persistence/unit-of-work.js';
import { RateLimiter } from '../rate-limits/rate-limiter.js';
import { LimitsSettings } from '../rate-limits/rate-limits.options.js';
import type { BaseUser } from '../users/base-user.js';
import { factsOf } from '../users/named.js';

export interface Arrival {
  /** `undefined` for a trusted caller, who knows who it is. */
  readonly from: RequestSource | undefined;
  /** Whether he has never signed in before: then every device is new, and nothing is strange about it. */
  readonly isFirst: boolean;
}

/** Remembers with which device somebody signed in, and tells him of one that he never used before (ASVS 5.0, 6.3.5). */
@Injectable()
export class Arrivals {
  constructor(
    private readonly devices: KnownDevices,
    private readonly notifier: Notifier,
    private readonly limiter: RateLimiter,
    private readonly limits: LimitsSettings,
    private readonly background: Background,
  ) {}

  /** Must run behind the lock of the user's row. @returns what his device is to keep. */
  async welcome(work: Work, user: BaseUser, { from, isFirst }: Arrival): Promise<string | null> {
    if (from === undefined) return null;
    const device = from.device === undefined ? null : await this.devices.welcome(work, user.id, from.device);
    const isStrange = !isFirst && device?.isNew !== false;
    if (isStrange) work.afterCommit(() => this.tell(user, work.now, from));
    return device?.shown ?? null;
  }

  private tell(user: BaseUser, at: Date, from: RequestSource): void {
    const { email } = user;
    if (email === null || user.status !== 'active') return;
    this.background.run('Mailing about a new device', async () => {
      if (!(await this.limiter.trySpend(this.limits.mailsToAccount, `new-sign-in ${user.id}`))) return;
      const { ip, userAgent } = from;
      await this.notifier.notify({ kind: 'new-sign-in', to: email, user: factsOf(user), at, from: { ip, userAgent } });
    });
  }
}
