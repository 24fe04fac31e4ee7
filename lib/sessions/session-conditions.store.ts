import { Equal, type FindOptionsWhere, IsNull, LessThanOrEqual, MoreThan, Not } from 'typeorm';
import type { SessionKind, SessionRow } from './session.entity.js';

/** `live` sessions open something, `expired` ones are over but not yet purged. */
export type SessionState = 'live' | 'expired' | 'all';

export interface SessionFilter {
  readonly userId?: string | undefined;
  readonly ip?: string | undefined;
  readonly exceptId?: string | undefined;
  /** @default both */
  readonly kind?: SessionKind | undefined;
  readonly state: SessionState;
}

/** The instants that part live from expired. */
export interface Edge {
  readonly now: Date;
  /** Who was last seen (or, without sliding, opened) at or before this is over. */
  readonly idleSince: Date;
  readonly sliding: boolean;
  /** Who was opened at or before this is over; `null` for no blackout. */
  readonly blackoutAt: Date | null;
}

/** The rows that a filter means, as alternatives. The mirror of `isOver()`, for the database. */
export function conditionsOf({ userId, ip, exceptId, kind, state }: SessionFilter, edge: Edge): FindOptionsWhere<SessionRow>[] {
  const asked: FindOptionsWhere<SessionRow> = {
    ...(userId !== undefined && { userId: Equal(userId) }),
    ...(ip !== undefined && { ip: Equal(ip) }),
    ...(kind !== undefined && { kind: Equal(kind) }),
    ...(exceptId !== undefined && { id: Not(Equal(exceptId)) }),
  };
  if (state === 'all') return [asked];
  return (state === 'expired' ? overAt(edge) : liveAt(edge)).map((one) => ({ ...asked, ...one }));
}

function overAt(edge: Edge): FindOptionsWhere<SessionRow>[] {
  return [{ endsAt: LessThanOrEqual(edge.now) }, ...idleAt(edge)];
}

/** Over without having reached their own end: unused for too long, or shut out. */
export function idleAt({ idleSince, sliding, blackoutAt }: Edge): FindOptionsWhere<SessionRow>[] {
  return [
    { fixed: Equal(false), [sliding ? 'lastSeenAt' : 'createdAt']: LessThanOrEqual(idleSince) },
    ...(blackoutAt === null ? [] : [{ createdAt: LessThanOrEqual(blackoutAt) }]),
  ];
}

type Age = Pick<SessionRow, 'createdAt' | 'lastSeenAt' | 'fixed'>;

/** The same as {@link idleAt}, of a row that is here. */
export function isIdle({ createdAt, lastSeenAt, fixed }: Age, { idleSince, sliding, blackoutAt }: Edge): boolean {
  const isUnused = !fixed && (sliding ? lastSeenAt : createdAt) <= idleSince;
  return isUnused || (blackoutAt !== null && createdAt <= blackoutAt);
}

function liveAt({ now, idleSince, sliding, blackoutAt }: Edge): FindOptionsWhere<SessionRow>[] {
  const opened = blackoutAt === null ? {} : { createdAt: MoreThan(blackoutAt) };
  const idle = sliding || blackoutAt === null ? idleSince : new Date(Math.max(idleSince.getTime(), blackoutAt.getTime()));
  return [IsNull(), MoreThan(now)].flatMap((endsAt) => [
    { endsAt, fixed: Equal(true), ...opened },
    { endsAt, fixed: Equal(false), ...opened, [sliding ? 'lastSeenAt' : 'createdAt']: MoreThan(idle) },
  ]);
}
