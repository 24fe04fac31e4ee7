import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Measurements } from '../kernel/measurements.js';
import type { Mail } from './mail.js';
import { mailFaultOf } from './mail-fault.js';
import { maskEmail } from './mask-email.js';
import { MailSettings } from './notifications.options.js';

interface QueuedMail {
  readonly mail: Mail;
  readonly kind: string;
  failures: number;
}

/** What became of the mails of this process since its start. */
export interface MailCounts {
  /** Waiting, pausing or under way. */
  readonly waiting: number;
  /** Accepted by the transport. */
  readonly sent: number;
  /** Given up, after the last try or because the server refused for good. */
  readonly failed: number;
  /** Not taken, because the queue was full or stopped, or lost at the shutdown. */
  readonly dropped: number;
}

const DROPS_PER_LOG_LINE = 100;

/**
 * Sends mails in the background: a few at once, again when the transport fails, in memory only. A clear token is never stored, so a
 * crash loses what was queued, and people ask again.
 */
@Injectable()
export class MailQueue implements OnApplicationShutdown {
  private readonly logger = new Logger('UsersMail');
  private readonly waiting: QueuedMail[] = [];
  private readonly pausing = new Map<QueuedMail, NodeJS.Timeout>();
  private readonly tries = new Set<AbortController>();
  private readonly settled = { sent: 0, failed: 0, dropped: 0 };
  private state: 'open' | 'closing' | 'closed' = 'open';
  private whenEmpty: () => void = () => undefined;

  constructor(
    private readonly settings: MailSettings,
    private readonly measurements: Measurements = new Measurements(),
  ) {}

  /** How many mails are waiting, pausing or under way. */
  get size(): number {
    return this.waiting.length + this.pausing.size + this.tries.size;
  }

  /** Whether the next mail would be dropped. */
  get isFull(): boolean {
    return this.size >= this.settings.queue.capacity;
  }

  get counts(): MailCounts {
    return { waiting: this.size, ...this.settled };
  }

  /** Queues `mail`, or drops it with a log line when the queue is full or stopped. Never throws. */
  push(mail: Mail, kind: string): void {
    if (this.state !== 'open') {
      this.count('dropped');
      this.logger.error(`A ${kind} mail was not sent: the application is shutting down.`);
    } else if (this.isFull) this.drop(kind);
    else {
      this.waiting.push({ mail, kind, failures: 0 });
      this.next();
    }
  }

  /**
   * Tries what is left once more, at once, and waits a few seconds for it. Then it aborts what is under way: a transport that hangs holds
   * neither the shutdown nor, afterwards, the process.
   */
  async onApplicationShutdown(): Promise<void> {
    if (this.state !== 'open') return;
    this.state = 'closing';
    for (const [queued, timer] of this.pausing) {
      clearTimeout(timer);
      this.waiting.push(queued);
    }
    this.pausing.clear();
    const emptied = new Promise<void>((resolve) => (this.whenEmpty = resolve));
    this.next();
    await this.patience(emptied);
    this.close();
  }

  private next(): void {
    while (this.tries.size < this.settings.queue.concurrency) {
      const queued = this.waiting.shift();
      if (queued === undefined) break;
      void this.send(queued);
    }
    if (this.size === 0) this.whenEmpty();
  }

  private async send(queued: QueuedMail): Promise<void> {
    const abort = new AbortController();
    const isLast = this.state !== 'open';
    this.tries.add(abort);
    try {
      await this.try(queued.mail, abort);
      this.count('sent');
    } catch (error) {
      if (this.state !== 'closed') this.failed(queued, isLast, error);
    }
    this.tries.delete(abort);
    this.next();
  }

  /** One try; it ends when the transport has answered, or when `abort` says so. */
  private async try(mail: Mail, abort: AbortController): Promise<void> {
    const { tryTimeout } = this.settings.queue;
    const timer = setTimeout(() => abort.abort(new Error(`no answer within ${tryTimeout} ms`)), tryTimeout);
    const aborted = new Promise<never>((_, reject) => {
      abort.signal.addEventListener('abort', () => reject(abort.signal.reason as Error), { once: true });
    });
    try {
      // Called inside the promise: a transport that throws at once is one that failed.
      await Promise.race([aborted, Promise.resolve(mail).then((one) => this.settings.transport(one, abort.signal))]);
    } finally {
      clearTimeout(timer);
    }
  }

  private failed(queued: QueuedMail, isLast: boolean, error: unknown): void {
    const { kind, mail, failures } = queued;
    const { reason, isFinal } = mailFaultOf(error, mail);
    const pause = isFinal || isLast ? undefined : this.settings.queue.pauses[failures];
    const what = `A ${kind} mail to ${maskEmail(mail.to)} failed (try ${failures + 1}): ${reason}`;
    if (pause === undefined) {
      this.count('failed');
      this.logger.error(`${what}. It is given up.`);
      return;
    }
    queued.failures += 1;
    if (this.state === 'closing') {
      this.waiting.push(queued);
      return;
    }
    this.logger.warn(`${what}. Next try in ${Math.round(pause / 1_000)} s.`);
    const timer = setTimeout(() => {
      this.pausing.delete(queued);
      this.waiting.push(queued);
      this.next();
    }, pause);
    this.pausing.set(queued, timer.unref());
  }

  /** One line for the first and then for every hundredth: a flood of mails must not become a flood of lines. */
  private drop(kind: string): void {
    const { dropped } = this.settled;
    if (dropped % DROPS_PER_LOG_LINE === 0) {
      const { capacity } = this.settings.queue;
      this.logger.error(`${capacity} mails wait already: a ${kind} mail was dropped, ${dropped + 1} so far. Is the mail server down?`);
    }
    this.count('dropped');
  }

  private count(outcome: 'sent' | 'failed' | 'dropped', mails = 1): void {
    this.settled[outcome] += mails;
    if (mails > 0) this.measurements.note('mail', outcome, mails);
  }

  private async patience(emptied: Promise<void>): Promise<void> {
    if (this.size === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, this.settings.queue.shutdownTimeout)));
    await Promise.race([emptied, late]);
    clearTimeout(timer);
  }

  private close(): void {
    this.state = 'closed';
    const lost = this.size;
    this.count('dropped', lost);
    if (lost > 0) this.logger.error(`${lost} ${lost === 1 ? 'mail was' : 'mails were'} not sent before the application shut down.`);
    this.waiting.length = 0;
    for (const abort of this.tries) abort.abort(new Error('the application is shutting down'));
  }
}
