import { Injectable } from '@nestjs/common';
import { idOfApiKey } from '../../kernel/api-key-token.js';
import { milliseconds } from '../../kernel/duration.js';
import { Database } from '../../persistence/database.js';
import { RateLimiter } from '../../rate-limits/rate-limiter.js';
import type { BaseUser } from '../../users/base-user.js';
import type { SessionContext } from '../session.js';
import { type CheckOptions, SessionCheck } from '../session-check.js';
import { SessionStore } from '../session.store.js';
import { InvalidSessionError } from '../sessions.errors.js';
import { grantOf } from './api-key.js';

/** Whose key this is, and whether it may be used once more. */
@Injectable()
export class ApiKeyCheck {
  constructor(
    private readonly checking: SessionCheck,
    private readonly limiter: RateLimiter,
    private readonly store: SessionStore,
    private readonly database: Database,
  ) {}

  /**
   * By the rules of a session: what is over, ended or blacked out opens nothing, nor does a key of who is not active.
   *
   * @throws InvalidSessionError, also for a key that is used up; TooManyRequestsError beyond its rate.
   */
  async authenticate(key: unknown, { touch = true }: CheckOptions = {}): Promise<SessionContext<BaseUser>> {
    const examined = await this.checking.checkKey(key, { touch });
    if (examined.status !== 'ok') throw new InvalidSessionError(idOfApiKey(key) === null ? 'malformed' : examined.status);
    const { row, context } = examined;
    const { maxUses, rate } = grantOf(row);
    if (touch && rate !== null) {
      await this.limiter.spend({ name: 'api-key', limit: rate.uses, window: milliseconds(rate.per) }, row.id);
    }
    // The look before it may be stale; this update is what decides.
    if (maxUses !== null && !(touch ? await this.store.spendUse(this.database, row.id, maxUses) : row.uses < maxUses))
      throw new InvalidSessionError('expired');
    return context;
  }
}
