import { Injectable } from '@nestjs/common';
import { MailQueue } from '../notifications/mail-queue.js';
import { HashLane } from '../passwords/hash-lane.js';
import { Database } from '../persistence/database.js';

/** Words and no figures: a health route is often open to everybody, and how full a queue is tells an attacker how he is doing. */
export interface UsersHealthReport {
  /** `down` when one of the three below is not well. */
  readonly status: 'up' | 'down';
  /** Whether the database answers a question within `http.checkTimeout`. */
  readonly database: 'up' | 'down';
  /** `full` when the next password hash would be refused with 503. */
  readonly passwords: 'up' | 'full';
  /** `full` when the next mail would be dropped. */
  readonly mail: 'up' | 'full';
}

/**
 * Whether this process can do its work, in the form of a health indicator of `@nestjs/terminus`, which is not needed for it:
 * `health.check([() => users.check()])`.
 */
@Injectable()
export class UsersHealth {
  private asking: Promise<'up' | 'down'> | null = null;
  /** The newest question without an answer. It keeps its connection, also when nobody waits for it any longer. */
  private open: Promise<unknown> | null = null;

  constructor(
    private readonly database: Database,
    private readonly hashes: HashLane,
    private readonly mails: MailQueue,
  ) {}

  /**
   * Asks the database one question; those who ask meanwhile share its answer. While a late one has no answer yet the next is not sent, and
   * this is `down` at once, unless the database has answered others since: probes of a database that hangs take one connection and not all.
   * Answers within `http.checkTimeout` and never throws.
   *
   * @param key the name in the report. @default 'users'
   */
  async check<Key extends string = 'users'>(key: Key = 'users' as Key): Promise<Record<Key, UsersHealthReport>> {
    const database = this.isHanging ? 'down' : await (this.asking ??= this.ask());
    const passwords = this.hashes.isFull ? 'full' : 'up';
    const mail = this.mails.isFull ? 'full' : 'up';
    const isWell = database === 'up' && passwords === 'up' && mail === 'up';
    return { [key]: { status: isWell ? 'up' : 'down', database, passwords, mail } } as Record<Key, UsersHealthReport>;
  }

  private get isHanging(): boolean {
    return this.asking === null && this.open !== null && this.database.outage.isOn;
  }

  private async keep(question: Promise<unknown>): Promise<void> {
    this.open = question;
    try {
      await question;
    } finally {
      if (this.open === question) this.open = null;
    }
  }

  private async ask(): Promise<'up' | 'down'> {
    try {
      await this.database.ask((manager) => this.keep(manager.query('SELECT 1')));
      return 'up';
    } catch {
      return 'down';
    } finally {
      this.asking = null;
    }
  }
}
