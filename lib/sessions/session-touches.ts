import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Database } from '../persistence/database.js';
import { SessionStore } from './session.store.js';
import { SessionsSettings } from './sessions.options.js';

/** What one process remembers between two writes; beyond it the eldest uses are written early. */
const MOST_REMEMBERED = 50_000;

/**
 * Writes behind when sessions were last seen: the newest use reaches the row within `touchInterval`, many sessions in one statement. Until
 * then this process knows better than the row, so that no session dies early because its last use was not written yet.
 */
@Injectable()
export class SessionTouches implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('SessionTouches');
  private uses = new Map<string, Date>();
  /** Taken out of `uses` and on its way into the rows. */
  private writing: ReadonlyMap<string, Date> = new Map();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly store: SessionStore,
    private readonly database: Database,
    private readonly settings: SessionsSettings,
  ) {}

  onApplicationBootstrap(): void {
    if (this.settings.touchInterval === 0) return;
    this.timer = setInterval(() => void this.flush(), this.settings.touchInterval);
    this.timer.unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }

  /** Notes a use; with `touchInterval: '0s'` it is written before this returns. */
  async note(sessionId: string, at: Date): Promise<void> {
    this.uses.set(sessionId, at);
    if (this.settings.touchInterval === 0) await this.flush();
    else if (this.uses.size >= MOST_REMEMBERED) void this.flush();
  }

  /** The newest use that this process knows of: the row's, or a later one that is not written yet. */
  lastSeen(sessionId: string, written: Date): Date {
    const noted = this.uses.get(sessionId) ?? this.writing.get(sessionId);
    return noted !== undefined && noted > written ? noted : written;
  }

  forget(sessionId: string): void {
    this.uses.delete(sessionId);
  }

  /** Writes what was noted. A failure loses nothing: the uses are kept for the next time. */
  async flush(): Promise<void> {
    const uses = this.uses;
    if (uses.size === 0) return;
    this.uses = new Map();
    this.writing = uses;
    try {
      await this.store.touch(this.database, uses);
    } catch (error) {
      this.uses = new Map([...uses, ...this.uses]);
      this.logger.warn(`When sessions were last seen could not be written; it will be tried again: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
