import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { Mail } from './mail.js';
import { maskEmail } from './mask-email.js';
import { MailSettings } from './notifications.options.js';

interface QueuedMail {
  readonly mail: Mail;
  readonly kind: string;
  failures: number;
}

const DROPS_PER_LOG_LINE = 100;
const MAX_REASON_LENGTH = 200;

/**
 * Sends mails in the background: a few at once, again when the transport fails, in memory only. A clear token is never stored, so a
 * crash loses what was queued, and people ask again.
 */
@Injectable()
export class MailQueue implements OnApplicationShutdown {
  private readonly logger = new Logger('UsersMail');
  private readonly waiting: QueuedMail[] = [];
  private readonly pausing = new Map<QueuedMail, NodeJS.Timeout>();
  private sending = 0;
  private dropped = 0;
  private isStopped = false;
  private whenEmpty: () => void = () => undefined;

  constructor(private readonly settings: MailSettings) {}

  /** How many mails are waiting, pausing or under way. */
  get size(): number {
    return this.waiting.length + this.pausing.size + this.sending;
  }

  /** Queues `mail`, or drops it with a log line when the queue is full or stopped. Never throws. */
  push(mail: Mail, kind: string): void {
    if (this.isStopped) this.logger.error(`A ${kind} mail was not sent: the application is shutting down.`);
    else if (this.size >= this.settings.queue.capacity) this.drop(kind);
    else {
      this.waiting.push({ mail, kind, failures: 0 });
      this.next();
    }
  }

  /** Tries what is left once more, at once, and waits a few seconds for it: a transport that hangs does not hold the shutdown. */
  async onApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    for (const [queued, timer] of this.pausing) {
      clearTimeout(timer);
      this.waiting.push(queued);
    }
    this.pausing.clear();
    const emptied = new Promise<void>((resolve) => (this.whenEmpty = resolve));
    this.next();
    if (this.size > 0) await this.within(this.settings.queue.shutdownTimeout, emptied).catch(() => undefined);
    if (this.size > 0) this.logger.error(`${this.size} mails were not sent before the application shut down.`);
    this.waiting.length = 0;
  }

  private next(): void {
    while (this.sending < this.settings.queue.concurrency) {
      const queued = this.waiting.shift();
      if (queued === undefined) break;
      this.sending += 1;
      void this.send(queued);
    }
    if (this.size === 0) this.whenEmpty();
  }

  private async send(queued: QueuedMail): Promise<void> {
    try {
      // Called inside the promise: a transport that throws at once is one that failed.
      const sent = Promise.resolve(queued.mail).then(this.settings.transport);
      await this.within(this.settings.queue.tryTimeout, sent);
    } catch (error) {
      this.failed(queued, error);
    }
    this.sending -= 1;
    this.next();
  }

  private failed(queued: QueuedMail, error: unknown): void {
    const { kind, mail, failures } = queued;
    const pause = this.isStopped ? undefined : this.settings.queue.pauses[failures];
    const what = `A ${kind} mail to ${maskEmail(mail.to)} failed (try ${failures + 1}): ${reasonOf(error, mail)}`;
    if (pause === undefined) {
      this.logger.error(`${what}. It is given up.`);
      return;
    }
    queued.failures += 1;
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
    if (this.dropped % DROPS_PER_LOG_LINE === 0) {
      const { capacity } = this.settings.queue;
      this.logger.error(`${capacity} mails wait already: a ${kind} mail was dropped, ${this.dropped + 1} so far. Is the mail server down?`);
    }
    this.dropped += 1;
  }

  private async within(timeout: number, task: Promise<unknown>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${timeout} ms`)), timeout);
    });
    try {
      await Promise.race([task, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** What an operator needs of an error. A transport may put the whole mail into its message, so nothing that could be a token stays. */
function reasonOf(error: unknown, { to }: Mail): string {
  const { code, message } = typeof error === 'object' && error !== null ? (error as { code?: unknown; message?: unknown }) : {};
  const parts = [code, message].filter((part) => typeof part === 'string');
  const reason = parts.length === 0 ? 'the transport gave no reason' : parts.join(' ');
  const safe = reason.replaceAll(to, maskEmail(to)).replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
  return safe.replace(/[\w=+/-]{20,}/g, '…').slice(0, MAX_REASON_LENGTH);
}
