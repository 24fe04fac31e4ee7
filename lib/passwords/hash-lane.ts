import { Injectable } from '@nestjs/common';
import { UnavailableError } from '../kernel/errors.js';
import { Measurements } from '../kernel/measurements.js';
import { PasswordsSettings } from './passwords.options.js';

const FIRST_GUESS = 50;
const MAX_RETRY_AFTER = 60;

/**
 * The one way to a password hash. So many at once, so many waiting, in the order of arrival; the next is refused at once rather than
 * left to a time-out, and the threads that Node reads files and resolves names with are never all taken.
 */
@Injectable()
export class HashLane {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  /** A moving mean, in milliseconds: the machine, the parameters and the load decide it. */
  private meanDuration = FIRST_GUESS;

  constructor(
    private readonly settings: PasswordsSettings,
    private readonly measurements: Measurements = new Measurements(),
  ) {}

  /** How many hashes wait for their turn. */
  get queued(): number {
    return this.waiting.length;
  }

  /** Whether the next hash would be refused. */
  get isFull(): boolean {
    return this.running >= this.settings.concurrency && this.waiting.length >= this.settings.queue;
  }

  /** @throws UnavailableError at once when the queue is full; its `Retry-After` is how long the queue will take to empty. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    const cameAt = performance.now();
    await this.enter();
    const startedAt = performance.now();
    this.measurements.note('hash-wait', 'admitted', startedAt - cameAt);
    try {
      return await task();
    } finally {
      this.meanDuration += (performance.now() - startedAt - this.meanDuration) / 8;
      this.leave();
    }
  }

  private async enter(): Promise<void> {
    if (this.running < this.settings.concurrency) {
      this.running += 1;
      return;
    }
    if (this.isFull) {
      this.measurements.note('hash-wait', 'refused', 0);
      throw new UnavailableError(new Error(`${this.waiting.length} password hashes are waiting already.`), this.retryAfterSeconds());
    }
    await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  /** Hands the place on without giving it up: a newcomer in between could overtake. */
  private leave(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.running -= 1;
    else next();
  }

  private retryAfterSeconds(): number {
    const seconds = (this.waiting.length * this.meanDuration) / this.settings.concurrency / 1_000;
    return Math.min(Math.max(Math.ceil(seconds), 1), MAX_RETRY_AFTER);
  }
}
