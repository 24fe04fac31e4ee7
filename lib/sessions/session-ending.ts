import { Injectable } from '@nestjs/common';
import { Clock } from '../kernel/clock.port.js';
import { isId } from '../kernel/id.js';
import { Measurements } from '../kernel/measurements.js';
import { atHalfPace } from '../kernel/pace.js';
import { hashToken, idOfToken, sameHash } from '../kernel/secret-token.js';
import { Database } from '../persistence/database.js';
import { UnitOfWork, type Work } from '../persistence/unit-of-work.js';
import { emptyLog } from '../persistence/write-ahead-log.js';
import type { SessionNeed } from './session.entity.js';
import type { Parked } from './acting.js';
import { SessionRule } from './session-rule.js';
import { SessionTouches } from './session-touches.js';
import type { Edge, SessionFilter } from './session-conditions.store.js';
import { SessionStore, type Swept, type TiedSession } from './session.store.js';
import { InvalidSessionError } from './sessions.errors.js';
import { SessionEnded, SessionsEnded } from './sessions.events.js';

const END_BATCH = 1_000;

/** Ends sessions: a deleted row, so that the token is dead at the next request on every node. */
@Injectable()
export class SessionEnding {
  constructor(
    private readonly store: SessionStore,
    private readonly touches: SessionTouches,
    private readonly rule: SessionRule,
    private readonly database: Database,
    private readonly units: UnitOfWork,
    private readonly clock: Clock,
    private readonly measurements: Measurements,
  ) {}

  /** @param userId when given, another user's session counts as none. */
  async end(sessionId: string, userId?: string): Promise<boolean> {
    const row = isId(sessionId) ? await this.store.findById(this.database, sessionId) : null;
    if (row?.kind !== 'session' || (userId !== undefined && row.userId !== userId)) return false;
    return this.units.run(async (work) => {
      // In the order of their ids, so that two who end both do not wait for each other in a ring.
      const isEnded = new Map<string, boolean>();
      for (const { id } of withTied(row)) isEnded.set(id, await this.store.delete(work, id));
      for (const { id, userId: owner, actorId } of withTied(row))
        if (isEnded.get(id) === true) await work.record(new SessionEnded(work.now, owner, id, actorId));
      work.afterCommit(() => this.gone(sessionId, isEnded.get(sessionId) === true));
      return isEnded.get(sessionId) === true;
    });
  }

  /** The secret is compared too: who knows only an id must not sign anybody out. */
  async endByToken(token: unknown): Promise<boolean> {
    const id = idOfToken(token);
    const row = id === null ? null : await this.store.findById(this.database, id);
    return row !== null && sameHash(row.secretHash, hashToken('session', token as string)) && this.end(row.id);
  }

  /** Inside the caller's unit of work, so that the sessions end together with what ends them. @returns how many. */
  async endAll(work: Work, filter: SessionFilter): Promise<number> {
    const edge = await this.rule.edgeAt(work, work.now);
    const acting = filter.userId === undefined ? [] : (await this.store.findTied(work, filter, edge)).filter(isParked);
    const ended = await this.store.deleteAll(work, filter, edge);
    for (const { acting: other, userId: actorId } of acting) await this.endActing(work, other, actorId);
    await this.tell(work, filter, ended);
    return ended;
  }

  /**
   * Those of one user in one transaction. Everybody's in batches of {@link END_BATCH}, each in its own: one statement for a million rows
   * would be given up as too late and undone. What a batch has ended stays ended when a later one fails; the event goes with the last.
   *
   * @returns how many.
   */
  async endMany(filter: SessionFilter): Promise<number> {
    if (filter.userId !== undefined) return this.units.run((work) => this.endAll(work, filter));
    let ended = 0;
    for (let after: string | undefined; ;) {
      const { gone, next } = await this.units.run((work) => this.endNext(work, filter, { after, ended }));
      ended += gone;
      if (next === null) return ended;
      after = next;
    }
  }

  /** What somebody did in another's name ends with his own session. */
  private async endActing(work: Work, { sessionId, userId }: Parked, actorId: string): Promise<void> {
    if (await this.store.delete(work, sessionId)) await work.record(new SessionEnded(work.now, userId, sessionId, actorId));
  }

  private async endNext(work: Work, filter: SessionFilter, { after, ended }: { after: string | undefined; ended: number }): Promise<Swept> {
    const edge = await this.rule.edgeAt(work, work.now);
    const swept = await this.store.deleteNext(work, { filter, edge, limit: END_BATCH, after });
    if (swept.next === null) await this.tell(work, filter, ended + swept.gone);
    return swept;
  }

  private async tell(work: Work, { userId, exceptId }: SessionFilter, ended: number): Promise<void> {
    if (ended === 0) return;
    await work.record(new SessionsEnded(work.now, userId ?? null, exceptId ?? null));
    work.afterCommit(() => this.measurements.note('session-ended', 'ended', ended));
  }

  /**
   * For an act that must not outlive the session it comes from. Must run behind the lock of the user's row.
   *
   * @throws InvalidSessionError when it has ended, or is another user's.
   */
  async require(work: Work, { id, userId }: { id: string; userId: string }): Promise<void> {
    const row = await this.store.findById(work, id);
    if (row?.kind !== 'session' || row.userId !== userId) throw new InvalidSessionError('not_found');
  }

  /** One step less that a session of this user lacks. Must run behind the lock of his row. @returns whether it lacked that. */
  async clearNeed(work: Work, { id, userId }: { id: string; userId: string }, need: SessionNeed): Promise<boolean> {
    const row = isId(id) ? await this.store.findById(work, id) : null;
    if (row?.userId !== userId || row.needs?.includes(need) !== true) return false;
    const needs = row.needs.filter((other) => other !== need);
    return this.store.update(work, id, { needs: needs.length > 0 ? needs : null });
  }

  /** @throws UnavailableError: above all when the newest uses could not be written, since their sessions would look idle. */
  async purgeExpired(): Promise<number> {
    await this.touches.write();
    const ended = await this.purge(async ({ now }, limit) => {
      const gone = await this.store.purgeEnded(this.database, now, limit);
      return { gone, isLast: gone < limit };
    });
    let after: string | null = null;
    const idle = await this.purge(async (edge, limit) => {
      const { gone, next } = await this.store.purgeIdle(this.database, { edge, after, limit });
      after = next;
      return { gone, isLast: next === null };
    });
    return ended + idle;
  }

  private async purge(batch: (edge: Edge, limit: number) => Promise<{ gone: number; isLast: boolean }>): Promise<number> {
    let purged = 0;
    await atHalfPace(
      async (limit) => {
        const { gone, isLast } = await batch(await this.rule.edgeAt(this.database, this.clock.now()), limit);
        purged += gone;
        if (gone > 0) this.measurements.note('session-ended', 'expired', gone);
        return isLast ? 'done' : 'more';
      },
      () => emptyLog(this.database),
    );
    return purged;
  }

  private gone(sessionId: string, isEnded: boolean): void {
    this.touches.forget(sessionId);
    if (isEnded) this.measurements.note('session-ended', 'ended');
  }
}

function isParked(row: TiedSession): row is TiedSession & { acting: Parked } {
  return row.acting?.as === 'parked';
}

/** A session, and the one that it is tied to by an impersonation; the elder first. */
function withTied({ id, userId, actorId, acting }: TiedSession): Pick<TiedSession, 'id' | 'userId' | 'actorId'>[] {
  if (acting === null) return [{ id, userId, actorId }];
  const other =
    acting.as === 'parked'
      ? { id: acting.sessionId, userId: acting.userId, actorId: userId }
      : { id: acting.sessionId, userId: actorId ?? userId, actorId: null };
  return [{ id, userId, actorId }, other].sort((one, two) => (one.id < two.id ? -1 : 1));
}
