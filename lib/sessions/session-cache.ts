import type { Changes } from '../persistence/changes.js';
import type { Change } from '../persistence/invalidation-bus.port.js';
import { SERVES_ALL } from '../persistence/joined.js';
import { copyOfRow, isFlat } from '../persistence/row-copy.js';
import type { Row } from '../persistence/row-reader.js';
import type { SessionCacheSettings } from './session-cache.options.js';

/** Whose row it is. */
export interface KeptFor {
  readonly sessionId: string;
  readonly userId: string;
}

/** A look-up that is under way. */
export interface Asking {
  /** Of the last change before it was sent. */
  readonly version: number;
  /** When it was sent: from then on its row may be out of date. */
  readonly at: number;
}

interface Kept extends KeptFor {
  readonly row: Row;
  readonly isFlat: boolean;
  readonly until: number;
}

/** Of how many changes it is known when they were; a look-up that was sent before all of them is not kept. */
const MOST_CHANGES = 1_000;

/**
 * The rows of look-ups, for a few seconds. Never a verdict: clocks, secrets and rights are judged anew at each request. A row is forgotten
 * when it changes, and what was asked before a change and is answered after it is not kept: an ended session does not come back.
 */
export class SessionCache {
  static readonly [SERVES_ALL] = true;
  /** The eldest first: all live equally long. */
  private readonly kept = new Map<string, Kept>();
  private readonly ofUser = new Map<string, Set<string>>();
  private version = 0;
  /** The version of each change that is still known, by what it was of. */
  private readonly changed = new Map<string, number>();
  /** What was asked before it is not kept. */
  private floor = 0;

  /** @param now a clock that nobody sets, in milliseconds. */
  constructor(
    private readonly settings: SessionCacheSettings | null,
    private readonly changes: Changes,
    private readonly now: () => number,
  ) {
    if (settings !== null) changes.onChange((change) => this.forget(change));
  }

  get isOn(): boolean {
    return this.settings !== null;
  }

  /** How many rows it holds. */
  get size(): number {
    return this.kept.size;
  }

  /** The row of a session, to be read by one reader; `undefined` where the database must be asked. */
  find(sessionId: string): Row | undefined {
    const found = this.kept.get(sessionId);
    if (found === undefined || !this.changes.areHeard) return undefined;
    if (found.until <= this.now()) this.drop(found);
    else return found.isFlat ? found.row : (copyOfRow(found.row) ?? undefined);
    return undefined;
  }

  /** To be called before the statement is sent. */
  asking(): Asking {
    return { version: this.version, at: this.now() };
  }

  keep(row: Row, { version, at }: Asking, whose: KeptFor): void {
    if (this.settings === null || !this.changes.areHeard || version < this.changedAt(whose)) return;
    const flat = isFlat(row);
    const copy = flat ? row : copyOfRow(row);
    if (copy === null) return;
    const { sessionId, userId } = whose;
    this.makeRoom(sessionId, this.settings.max);
    this.kept.set(sessionId, { sessionId, userId, row: copy, isFlat: flat, until: at + this.settings.lifetime });
    this.ofUser.set(userId, (this.ofUser.get(userId) ?? new Set()).add(sessionId));
  }

  private forget(change: Change): void {
    this.version += 1;
    if (change.of === 'all' || this.changed.size >= MOST_CHANGES) {
      this.changed.clear();
      this.floor = this.version;
    } else this.changed.set(`${change.of}:${change.id}`, this.version);
    for (const one of this.meant(change)) this.drop(one);
  }

  private meant(change: Change): Kept[] {
    if (change.of === 'all') return [...this.kept.values()];
    const ids = change.of === 'session' ? [change.id] : [...(this.ofUser.get(change.id) ?? [])];
    return ids.flatMap((id) => this.kept.get(id) ?? []);
  }

  private changedAt({ sessionId, userId }: KeptFor): number {
    return Math.max(this.floor, this.changed.get(`session:${sessionId}`) ?? 0, this.changed.get(`user:${userId}`) ?? 0);
  }

  /** What is over goes first; of what is not, the eldest. */
  private makeRoom(sessionId: string, max: number): void {
    const known = this.kept.get(sessionId);
    if (known !== undefined) this.drop(known);
    const now = this.now();
    for (const eldest of this.kept.values()) {
      if (eldest.until > now && this.kept.size < max) return;
      this.drop(eldest);
    }
  }

  private drop({ sessionId, userId }: Kept): void {
    this.kept.delete(sessionId);
    const siblings = this.ofUser.get(userId);
    siblings?.delete(sessionId);
    if (siblings?.size === 0) this.ofUser.delete(userId);
  }
}
