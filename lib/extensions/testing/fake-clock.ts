import { Clock, type Duration } from '../../index.js';
import { milliseconds } from '../../extend.js';

/** A clock that stands still until it is told to move. It begins in November 2026 unless a start is given. */
export class FakeClock extends Clock {
  private instant: number;

  constructor(start: Date = new Date('2026-11-03T09:12:00.000Z')) {
    super();
    this.instant = start.getTime();
  }

  override now(): Date {
    return new Date(this.instant);
  }

  advance(duration: Duration): void {
    this.instant += milliseconds(duration);
  }

  /** Sets the clock back, as an administrator or a time server may. */
  turnBack(duration: Duration): void {
    this.instant -= milliseconds(duration);
  }
}
