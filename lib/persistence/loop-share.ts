import { setImmediate } from 'node:timers';

/** How long statements may follow each other within one turn of the event loop, in milliseconds. */
const SHARE = 4;

/**
 * A statement of SQLite has answered before the event loop can go on, and so has the one that its answer leads to: of two hundred log-ins
 * at once each would have come as far as its hash before a socket is read or a timer fires. So whoever goes on beyond the share of a turn
 * does so in the next.
 */
export class LoopShare {
  private since: number | null = null;

  /** Calls `start` now, or in a later turn where this one has had its share. */
  give(start: () => void): void {
    if (performance.now() - this.beginning() < SHARE) start();
    else setImmediate(() => this.give(start));
  }

  /** When the first statement of this turn began. */
  private beginning(): number {
    if (this.since === null) {
      this.since = performance.now();
      setImmediate(() => {
        this.since = null;
      });
    }
    return this.since;
  }
}
