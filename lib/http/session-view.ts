import type { Session, SessionContext } from '../sessions/session.js';
import { type UserView, userView } from '../users/user-view.js';

/** A session as its owner sees it. Picked by name: what nobody listed is not sent. */
export type SessionView = Omit<Session, 'userId' | 'authenticatedAt'>;

export function sessionView(session: Session): SessionView {
  const { id, createdAt, lastSeenAt, recentUntil, expiresAt, ip, userAgent, device, kind, needs, actor, data } = session;
  return { id, createdAt, lastSeenAt, recentUntil, expiresAt, ip, userAgent, device, kind, needs, actor, data };
}

/**
 * A session in one's name as one sees it: of who acts there only what he is called, neither why he says he does nor from where.
 */
export function sessionViewForOwner(session: Session): SessionView {
  const { actor, ...view } = sessionView(session);
  return actor === null ? { ...view, actor } : { ...view, actor: { ...actor, reason: '' }, ip: null, userAgent: null };
}

export type SessionViewForAdmin = Omit<Session, 'authenticatedAt'>;

/** A session as an administrator sees it: with its owner's id. */
export function sessionViewForAdmin(session: Session): SessionViewForAdmin {
  return { ...sessionView(session), userId: session.userId };
}

/** Who is asking, and what he may do. */
export interface ContextView {
  readonly user: UserView;
  readonly session: SessionView;
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
}

export function contextView({ user, session, roles, permissions }: SessionContext): ContextView {
  return { user: userView(user, 'self'), session: sessionView(session), roles, permissions };
}
