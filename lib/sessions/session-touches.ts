import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Database } from '../persistence/database.js';
import { SessionRule } from './session-rule.js';
import { SERVES_ALL } from '../persistence/joined.js';
import { SessionStore } from './session.store.js';
import { SessionsSettings } from './sessions.options.js';

/** What one process remembers between two writes; beyond it the eldest uses are written early. */
const MOST_REMEMBERED = 50_000;

/**
 * Writes behind when sessions were last seen: the newest use reaches the row within `touchInterval`, many sessions in one statement. Until
 * then this process knows better than the row. A use that comes so late that the row would look over before the next write is written at
 * once, so that no other process, and no purge, takes a busy session for an idle one.
 */
@Injectable()
export class SessionTouches implements OnApplicationBootstrap, OnModuleDestroy {
  static readonly [SERVES_ALL] = true;
  private readonly logger = new Logger('SessionTouches');
  private uses = new Map<string, Date>();
  /** Taken out of `uses` last: who read a row before that write must still know of it. */
  private written: ReadonlyMap<string, Date> = new Map();
  private writing: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;
  private isStopping = false;

  constructor(
    private readonly store: SessionStore,
    private readonly database: Database,
    private readonly settings: SessionsSettings,
    private readonly rule: SessionRule,
  ) {}

  onApplicationBootstrap(): void {
    if (this.settings.touchInterval === 0) return;
    this.timer = setInterval(() => void this.flush(), this.settings.touchInterval);
    this.timer.unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    this.isStopping = true;
    await this.flush();
  }

  /** Notes a use. @returns the write to wait for, with `touchInterval: '0s'` and where waiting could end the session, or `null`. */
  note(sessionId: string, lastSeenAt: Date, at: Date): Promise<void> | null {
    const { touchInterval } = this.settings;
    const known = this.uses.get(sessionId);
    // The one that is kept is moved on: a new one for each request would live long enough to be the collector's.
    if (known === undefined) this.uses.set(sessionId, new Date(at));
    else if (known.getTime() < at.getTime()) known.setTime(at.getTime());
    // Twice, since the timer may be late, and the write takes its time.
    const cannotWait = at.getTime() + touchInterval * 2 >= lastSeenAt.getTime() + this.rule.idleTimeout;
    if (touchInterval === 0 || this.isStopping || cannotWait) return this.flush();
    if (this.uses.size >= MOST_REMEMBERED) void this.flush();
    return null;
  }

  /** The newest use that this process knows of: the row's, or a later one that is not written yet. */
  lastSeen(sessionId: string, written: Date): Date {
    const newest = Math.max(this.uses.get(sessionId)?.getTime() ?? 0, this.written.get(sessionId)?.getTime() ?? 0);
    return newest > written.getTime() ? new Date(newest) : written;
  }

  forget(sessionId: string): void {
    this.uses.delete(sessionId);
  }

  /** As {@link write}; a failure is logged, for callers that can do nothing about it. */
  async flush(): Promise<void> {
    try {
      await this.write();
    } catch (error) {
      this.logger.warn(
        `When sessions were last seen could not be written; it will be tried again: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  /**
   * Writes what was noted until now, one write at a time. A failure loses nothing: the uses are kept for the next time.
   *
   * @throws UnavailableError when the database cannot answer.
   */
  write(): Promise<void> {
    const write = this.writing.then(() => this.writeNoted());
    this.writing = write.catch(() => undefined);
    return write;
  }

  private async writeNoted(): Promise<void> {
    const uses = this.uses;
    if (uses.size === 0) return;
    this.uses = new Map();
    this.written = uses;
    try {
      await this.store.touch(this.database, uses);
    } catch (error) {
      this.uses = new Map([...uses, ...this.uses]);
      throw error;
    }
  }
}
