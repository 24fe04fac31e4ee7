import { SqliteWaitError } from './sqlite-wait.error.js';

interface Waiter {
  readonly start: () => void;
}

/** One holder at a time, first come first served. */
export class ConnectionLock {
  private held = false;
  private readonly waiters = new Set<Waiter>();

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
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiters.delete(waiter);
        reject(new SqliteWaitError(this.longestWait));
      }, this.longestWait);
      const waiter: Waiter = {
        start: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      this.waiters.add(waiter);
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
    next.start();
  }
}
