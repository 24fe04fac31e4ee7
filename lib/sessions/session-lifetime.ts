import { after } from '../kernel/duration.js';
import type { SessionRow } from './session.entity.js';

export interface LifetimeRule {
  /** In milliseconds. */
  readonly idleTimeout: number;
  readonly sliding: boolean;
}

type Lifetime = Pick<SessionRow, 'createdAt' | 'lastSeenAt' | 'endsAt' | 'fixed'>;

/** When a session ends by itself if nobody uses it again; `null` for never. An end that a caller chose does not slide. */
export function expiresAtOf({ createdAt, lastSeenAt, endsAt, fixed }: Lifetime, { idleTimeout, sliding }: LifetimeRule): Date | null {
  if (fixed) return endsAt;
  const idleAt = after(sliding ? lastSeenAt : createdAt, idleTimeout);
  return endsAt !== null && endsAt < idleAt ? endsAt : idleAt;
}

/** At the very millisecond of its end a session is over. */
export function isOver(session: Lifetime, rule: LifetimeRule, now: Date): boolean {
  const expiresAt = expiresAtOf(session, rule);
  return expiresAt !== null && expiresAt <= now;
}
