import { Logger } from '@nestjs/common';
import type { UnavailableError } from '../kernel/errors.js';
import { LateAnswerError } from './deadline.js';
import { asUnavailable } from './unavailable.js';

interface Trouble {
  /** Both as `performance.now()` tells it. */
  readonly since: number;
  lastAt: number;
  unanswered: number;
}

/**
 * One line in the log when the database goes and one when it is back, for each process and user space, however many questions are asked
 * in between. It counts as back when a question was answered and none failed for as long as one question may take: a database that
 * answers every other question has not come back.
 */
export class Outage {
  private readonly logger = new Logger('UsersDatabase');
  private trouble: Trouble | null = null;
  private timer: NodeJS.Timeout | undefined;

  /** @param quiet how long none may fail, in milliseconds. */
  constructor(
    private readonly quiet: number,
    private readonly space = 'users',
  ) {}

  /** Whether the last that was heard of the database is that it does not answer. */
  get isOn(): boolean {
    return this.trouble !== null;
  }

  /** A question that was asked at `askedAt` (`performance.now()`) was answered, if only by a refusal. */
  answered(askedAt: number): void {
    const { trouble } = this;
    // What was asked before the last failure was perhaps answered before it, too.
    if (trouble === null || this.timer !== undefined || askedAt < trouble.lastAt) return;
    const backAt = performance.now();
    this.timer = setTimeout(() => this.end(trouble, backAt), this.quiet).unref();
  }

  /**
   * Tells a question that failed because the database did not answer it from one that failed for another reason, and notes it.
   *
   * @returns what to throw: the first as a 503, the other as it is.
   */
  judge(error: unknown, askedAt: number): unknown {
    const unavailable = asUnavailable(error);
    if (unavailable === null) this.answered(askedAt);
    // One that says so already, and is not late, was noted where it came from, or is none of the database's.
    else if (unavailable !== error || error instanceof LateAnswerError) this.failed(unavailable);
    return unavailable ?? error;
  }

  failed(error: UnavailableError): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const now = performance.now();
    if (this.trouble === null) {
      this.trouble = { since: now, lastAt: now, unanswered: 0 };
      this.logger.error(
        `The database${this.ofSpace} does not answer: ${reasonOf(error.cause)}. What needs it gets 503 until it does; nobody is signed out.`,
      );
    }
    this.trouble.lastAt = now;
    this.trouble.unanswered += 1;
  }

  /** Says nothing more of an end: who is told of it has closed the app himself. */
  stop(): void {
    clearTimeout(this.timer);
  }

  private end({ since, unanswered }: Trouble, backAt: number): void {
    this.trouble = null;
    this.timer = undefined;
    const seconds = Math.max(1, Math.round((backAt - since) / 1_000));
    const questions = unanswered === 1 ? '1 question was' : `${unanswered} questions were`;
    this.logger.log(`The database${this.ofSpace} answers again, after ${seconds} s; ${questions} not answered meanwhile.`);
  }

  private get ofSpace(): string {
    return this.space === 'users' ? '' : ` of the space "${this.space}"`;
  }
}

/** Node refuses a connection to a name with several addresses with an error of no message. */
function reasonOf(cause: unknown): string {
  const { message, code } = (typeof cause === 'object' && cause !== null ? cause : {}) as { message?: unknown; code?: unknown };
  const reason = [message, code].find((text) => typeof text === 'string' && text !== '');
  return typeof reason === 'string' ? reason.replace(/[\s.]+$/, '') : 'no reason was given';
}
