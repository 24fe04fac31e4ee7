import { AsyncResource } from 'node:async_hooks';
import { LateAnswerError } from './deadline.js';
import { Outage } from './outage.js';

interface Waiter<R> {
  readonly key: string;
  /** When it began to wait, as `performance.now()` tells it. */
  readonly since: number;
  readonly give: (row: R | null) => void;
  readonly fail: (error: unknown) => void;
}

interface Batch<R> {
  waiters: Waiter<R>[];
}

/** Beyond two, another statement takes a connection from the host's pool and answers nobody sooner. */
const MOST_IN_FLIGHT = 2;
const MOST_TOGETHER = 256;

/**
 * Looks rows up by a unique key, those that are asked for in one turn of the event loop by one statement. Nobody waits for company: a
 * lone look-up goes at the end of its turn. While two statements are under way the next look-ups gather, and go together as soon as one
 * is answered; none joins a statement that was sent before it was asked for, so every answer is as of after the question.
 */
export class BatchedLookup<R> {
  private waiting: Waiter<R>[] = [];
  private readonly inFlight = new Set<Batch<R>>();
  private isPlanned = false;
  /** One for all, set to whoever has waited longest. */
  private timer: NodeJS.Timeout | undefined;
  /** In nobody's async context: a batch belongs to many requests. */
  private readonly send = AsyncResource.bind(() => this.sendWaiting());

  /**
   * @param ask finds the rows of all keys by one statement, in any order; a key without a row is left out.
   * @param timeout how long each look-up may take, in milliseconds, its waiting for a statement included.
   */
  constructor(
    private readonly ask: (keys: readonly string[]) => Promise<ReadonlyMap<unknown, R>>,
    private readonly timeout: number,
    private readonly outage = new Outage(timeout),
  ) {}

  /**
   * The row of `key`, or `null`. A statement that fails fails those who are in it, and nobody else.
   *
   * @throws UnavailableError when the database cannot answer, or not in time.
   */
  find(key: string): Promise<R | null> {
    return new Promise((give, fail) => {
      this.waiting.push({ key, since: performance.now(), give, fail });
      this.plan();
    });
  }

  private plan(): void {
    if (this.isPlanned || this.waiting.length === 0 || this.inFlight.size >= MOST_IN_FLIGHT) return;
    this.isPlanned = true;
    setImmediate(this.send);
  }

  private sendWaiting(): void {
    this.isPlanned = false;
    while (this.waiting.length > 0 && this.inFlight.size < MOST_IN_FLIGHT) {
      const rest = this.waiting.splice(MOST_TOGETHER);
      void this.answer({ waiters: this.waiting });
      this.waiting = rest;
    }
    this.timer ??= this.watch(this.timeout);
  }

  private async answer(batch: Batch<R>): Promise<void> {
    this.inFlight.add(batch);
    const keys = new Set(batch.waiters.map(({ key }) => key));
    const askedAt = performance.now();
    const answer = await this.ask([...keys]).then(
      (rows) => {
        this.outage.answered(askedAt);
        return (waiter: Waiter<R>) => waiter.give(rows.get(waiter.key) ?? null);
      },
      (error: unknown) => {
        const told = this.outage.judge(error, askedAt);
        return (waiter: Waiter<R>) => waiter.fail(told);
      },
    );
    this.done(batch);
    // One after another, so that what each goes on to do stands between two turns of the loop, and not all of it in one.
    for (const waiter of batch.waiters) setImmediate(answer, waiter);
  }

  private done(batch: Batch<R>): void {
    this.inFlight.delete(batch);
    this.plan();
  }

  private watch(wait: number): NodeJS.Timeout {
    return setTimeout(() => this.dismissLate(), Math.max(1, wait)).unref();
  }

  /** The statement itself goes on underneath, since no driver can call it back; its late rows are dropped. */
  private dismissLate(): void {
    const edge = performance.now() - this.timeout;
    for (const batch of this.inFlight) {
      batch.waiters = this.stillInTime(batch.waiters, edge);
      if (batch.waiters.length === 0) this.done(batch);
    }
    this.waiting = this.stillInTime(this.waiting, edge);
    const eldest = Math.min(...[...this.inFlight].map(({ waiters }) => waiters[0]?.since ?? Infinity), this.waiting[0]?.since ?? Infinity);
    this.timer = eldest === Infinity ? undefined : this.watch(eldest - edge);
  }

  private stillInTime(waiters: Waiter<R>[], edge: number): Waiter<R>[] {
    // A timer may be a fraction of a millisecond early.
    const isLate = ({ since }: Waiter<R>): boolean => since <= edge + 1;
    for (const waiter of waiters.filter(isLate)) {
      const late = new LateAnswerError('The database', this.timeout);
      this.outage.failed(late);
      waiter.fail(late);
    }
    return waiters.filter((waiter) => !isLate(waiter));
  }
}
