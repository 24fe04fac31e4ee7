import { Injectable } from '@nestjs/common';
import { Clock } from '../kernel/clock.port.js';
import { hashToken, idOfToken, sameHash } from '../kernel/secret-token.js';
import { Database } from '../persistence/database.js';
import type { BaseUser } from '../users/base-user.js';
import { SignInRule } from '../users/sign-in-rule.js';
import { type CheckResult, sessionOf } from './session.js';
import { isOver } from './session-lifetime.js';
import { type LookedUp, SessionLookupStore } from './session-lookup.store.js';
import { SessionTouches } from './session-touches.js';
import { InvalidSessionError } from './sessions.errors.js';
import { SessionRule } from './session-rule.js';

export interface CheckOptions {
  /** Whether this counts as a use, which prolongs the session. @default true */
  readonly touch?: boolean | undefined;
}

type Ok = Extract<CheckResult<BaseUser>, { status: 'ok' }>;

/** Answers the one question of every request: whose session is this, and is it still good? */
@Injectable()
export class SessionCheck {
  constructor(
    private readonly lookup: SessionLookupStore,
    private readonly database: Database,
    private readonly touches: SessionTouches,
    private readonly rule: SessionRule,
    private readonly signInRule: SignInRule,
    private readonly clock: Clock,
  ) {}

  /** Never throws for a bad token. A token that is not well-formed costs no query. */
  async check(token: unknown, { touch = true }: CheckOptions = {}): Promise<CheckResult<BaseUser>> {
    const id = idOfToken(token);
    const found = id === null ? null : await this.lookup.find(this.database, id);
    if (found === null || !sameHash(found.session.secretHash, hashToken('session', token as string))) return { status: 'not_found' };
    const now = this.clock.now();
    const result = this.judge(found, now, touch);
    if (result.status === 'ok' && touch) await this.touches.note(found.session, now);
    return result;
  }

  /** @throws InvalidSessionError with the reason, which is for the process alone. */
  async authenticate(token: unknown, options?: CheckOptions): Promise<Ok> {
    const result = await this.check(token, options);
    if (result.status === 'ok') return result;
    throw new InvalidSessionError(idOfToken(token) === null ? 'malformed' : result.status);
  }

  private judge({ session, user, blackoutAt }: LookedUp, now: Date, touch: boolean): CheckResult<BaseUser> {
    const row = { ...session, lastSeenAt: this.touches.lastSeen(session.id, session.lastSeenAt) };
    if (isOver(row, this.rule, now)) return { status: 'expired' };
    if (blackoutAt !== null && session.createdAt <= blackoutAt) return { status: 'blackout' };
    if (!this.signInRule.allows(user)) return { status: 'inactive' };
    // What the caller is told is as of this use: it is what the row will say a moment later.
    const lastSeenAt = touch && now > row.lastSeenAt ? now : row.lastSeenAt;
    return {
      status: 'ok',
      user,
      session: sessionOf({ ...row, lastSeenAt }, this.rule),
      roles: rolesOf(user),
      permissions: user.permissions ?? [],
    };
  }
}

/** The flag is the truth; `admin` among the roles is derived from it. */
function rolesOf(user: BaseUser): string[] {
  const own = (user.roles ?? []).filter((role) => role !== 'admin');
  return user.isAdmin ? ['admin', ...own] : own;
}
