import { after } from '../kernel/duration.js';
import type { RegisteredUser } from '../users/register.js';
import { describeDevice } from './device.js';
import type { SessionKind, SessionNeed, SessionRow } from './session.entity.js';
import { expiresAtOf, type LifetimeRule } from './session-lifetime.js';

/** Who acts in another's name, and why. */
export interface Actor {
  readonly id: string;
  /** What he is called: his display name, or his user name. */
  readonly name: string | null;
  /** What he gave as the reason. */
  readonly reason: string;
}

/** A session as code and clients see it: never its token, nor the token's hash. */
export interface Session {
  readonly id: string;
  readonly userId: string;
  readonly createdAt: Date;
  readonly lastSeenAt: Date;
  /** The last time he proved who he is: at the log-in, or since by `reauthenticate()`. */
  readonly authenticatedAt: Date;
  /** Until when that counts as recent, so that a delicate act needs no password. */
  readonly recentUntil: Date;
  /** When it ends by itself if nobody uses it again; `null` for never. */
  readonly expiresAt: Date | null;
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** What a person would call the device: "Firefox on Windows". */
  readonly device: string;
  readonly kind: SessionKind;
  /** What it still lacks; until then it can do only that. */
  readonly needs: readonly SessionNeed[];
  /** The human behind an impersonation; `null` where the user himself signed in. */
  readonly actor: Actor | null;
  /** Free JSON that only server code writes. */
  readonly data: unknown;
}

/** Whose session it is, and what he may do. */
export interface SessionContext<U = RegisteredUser> {
  readonly user: U;
  readonly session: Session;
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
  /** What the API key may be used for; `null` for a session, which may be used for everything. */
  readonly scopes: readonly string[] | null;
}

/** The answer of a check that never throws. An ended session is a deleted row, so it is `not_found`. */
export type CheckResult<U = RegisteredUser> =
  ({ readonly status: 'ok' } & SessionContext<U>) | { readonly status: 'not_found' | 'expired' | 'inactive' | 'blackout' };

export interface LoginResult<U = RegisteredUser> {
  /** Handed out once: only its hash is stored. */
  readonly token: string;
  readonly user: U;
  readonly session: Session;
  /** For the client's device to keep and to show at its next log-in (`from.device`): so it is known again. It opens nothing. */
  readonly device: string | null;
  /** What `sessions.loginExtras` gives, and a signed token where there are such; empty otherwise. */
  readonly extras: Readonly<Record<string, unknown>>;
}

/** What a session's row does not say by itself. */
export interface SessionViewRule extends LifetimeRule {
  /** How long a proof counts as recent, in milliseconds. */
  readonly recentLogin: number;
}

export function sessionOf(row: SessionRow, rule: SessionViewRule): Session {
  return {
    id: row.id,
    userId: row.userId,
    createdAt: row.createdAt,
    lastSeenAt: row.lastSeenAt,
    authenticatedAt: row.authenticatedAt,
    recentUntil: after(row.authenticatedAt, rule.recentLogin),
    expiresAt: expiresAtOf(row, rule),
    ip: row.ip,
    userAgent: row.userAgent,
    device: describeDevice(row.userAgent, row.deviceName),
    kind: row.kind,
    needs: row.needs ?? [],
    actor: actorOf(row),
    data: row.data,
  };
}

function actorOf({ actorId, acting }: SessionRow): Actor | null {
  if (actorId === null) return null;
  return acting?.as === 'acting' ? { id: actorId, name: acting.name, reason: acting.reason } : { id: actorId, name: null, reason: '' };
}
