import { Injectable } from '@nestjs/common';
import { type Duration, isDuration, milliseconds } from '../kernel/duration.js';
import { InvalidInputError } from '../kernel/errors.js';
import { Fields } from '../kernel/fields.js';
import { RateLimiter } from './rate-limiter.js';
import { LONGEST_HIT_WINDOW } from './rate-limits.options.js';

export interface HitLimit {
  /** How many are free within one window: a whole number of at least 1. */
  readonly limit: number;
  /** From one second to one day. */
  readonly window: Duration;
}

/** Counters of the host's own, in the same store as ours: they survive a restart, hold for all nodes together, and no flood evicts them. */
@Injectable()
export class AttemptsService {
  constructor(private readonly limiter: RateLimiter) {}

  /**
   * Counts one hit, in one atomic step.
   *
   * @param key what is counted: `'invite ' + user.id`. Only its hash is stored; at most 255 characters.
   * @returns whether it was within the limit; a hit beyond it is not counted.
   * @throws InvalidInputError; UnavailableError when the store cannot answer.
   */
  async hit(key: string, { limit, window }: HitLimit): Promise<boolean> {
    const input = Fields.of({ key });
    const who = input.text('key');
    if (!Number.isInteger(limit) || limit < 1) input.fault('limit', 'USERS_NOT_VALID');
    const length = isDuration(window) ? milliseconds(window) : Number.NaN;
    if (!(length >= 1_000 && length <= LONGEST_HIT_WINDOW)) input.fault('window', 'USERS_NOT_VALID');
    input.done();
    return this.limiter.trySpend({ name: 'hit', limit, window: length }, who);
  }

  /** Forgets what was counted under this key. */
  async reset(key: string): Promise<void> {
    if (typeof key !== 'string' || key === '') throw new InvalidInputError('Name the key that was counted.', { key: ['USERS_REQUIRED'] });
    await this.limiter.reset({ name: 'hit', limit: 1, window: 1 }, key);
  }
}
