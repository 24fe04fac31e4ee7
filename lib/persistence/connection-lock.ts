import { LoopShare } from './loop-share.js';
import { SqliteWaitError } from './sqlite-wait.error.js';

interface Waiter {
  readonly since: number;
  readonly start: () => void;
  readonly giveUp: (error: SqliteWaitError) => void;
}

/** One holder at a time, first come first served, and now and then a turn of the event loop for all that is not waiting here. */
export class ConnectionLock {
  private held = false;
  private readonly share = new LoopShare();
  private readonly waiters = new Set<Waiter>();
  /** One for all: who came first gives up first. */
  private timer: NodeJS.Timeout | undefined;

  /** @param longestWait in milliseconds. */
  constructor(private readonly longestWait: number) {}

  /**
   * Waits for its turn. Whoever got it calls {@link letGo} exactly once.
   *
   * @throws SqliteWaitError when the turn does not come in time; the others keep their places.
   */
  take(): Promise<void> {
    if (!this.held) {
      this.held = true;
      return new Promise((start) => this.share.give(start));
    }
    return new Promise((start, giveUp) => {
      this.waiters.add({ since: performance.now(), start, giveUp });
      if (this.waiters.size === 1) this.watch(this.longestWait);
    });
  }

  /** Hands the turn on: the lock is never free for a moment in which a newcomer could overtake those who wait. */
  letGo(): void {
    const [next] = this.waiters;
    if (next === undefined) {
      this.held = false;
      return;
    }
    this.waiters.delete(next);
    if (this.waiters.size === 0) clearTimeout(this.timer);
    this.share.give(next.start);
  }

  private watch(wait: number): void {
    this.timer = setTimeout(() => this.dismissLate(), Math.max(1, wait));
  }

  private dismissLate(): void {
    for (const waiter of this.waiters) {
      const rest = this.longestWait - (performance.now() - waiter.since);
      // A timer may be a fraction of a millisecond early.
      if (rest > 1) {
        this.watch(rest);
        return;
      }
      this.waiters.delete(waiter);
      waiter.giveUp(new SqliteWaitError(this.longestWait));
    }
  }
}
