import type { SessionRow } from './session.entity.js';

export interface LifetimeRule {
  /** In milliseconds. */
  readonly idleTimeout: number;
  readonly sliding: boolean;
}

type Lifetime = Pick<SessionRow, 'createdAt' | 'lastSeenAt' | 'endsAt' | 'fixed'>;

/** When a session ends by itself if nobody uses it again; `null` for never. An end that a caller chose does not slide. */
export function expiresAtOf(session: Lifetime, rule: LifetimeRule): Date | null {
  const end = endOf(session, rule);
  return end === Infinity ? null : new Date(end);
}

/** At the very millisecond of its end a session is over. */
export function isOver(session: Lifetime, rule: LifetimeRule, now: Date): boolean {
  return endOf(session, rule) <= now.getTime();
}

/** In milliseconds since 1970, at each request: to compare two dates costs many times what two numbers do. */
function endOf({ createdAt, lastSeenAt, endsAt, fixed }: Lifetime, { idleTimeout, sliding }: LifetimeRule): number {
  const end = endsAt === null ? Infinity : endsAt.getTime();
  if (fixed) return end;
  return Math.min(end, (sliding ? lastSeenAt : createdAt).getTime() + idleTimeout);
}
