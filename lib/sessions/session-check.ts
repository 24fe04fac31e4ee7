import { Injectable } from '@nestjs/common';
import { Clock } from '../kernel/clock.port.js';
import { idOfApiKey } from '../kernel/api-key-token.js';
import { isId } from '../kernel/id.js';
import { Measurements } from '../kernel/measurements.js';
import { bindingOf, hashToken, idOfToken, sameHash } from '../kernel/secret-token.js';
import { Database } from '../persistence/database.js';
import type { BaseUser } from '../users/base-user.js';
import { SignInRule } from '../users/sign-in-rule.js';
import { ActingCheck } from './acting-check.js';
import { type CheckResult, type SessionContext, sessionOf } from './session.js';
import type { SessionRow } from './session.entity.js';
import { isOver } from './session-lifetime.js';
import { type LookedUp, SessionLookupStore } from './session-lookup.store.js';
import { SessionRights } from './session-rights.js';
import { SessionTouches } from './session-touches.js';
import { InvalidSessionError } from './sessions.errors.js';
import { SignedTokens } from './signed-tokens.port.js';
import { SessionRule } from './session-rule.js';

export interface CheckOptions {
  /** Whether this counts as a use, which prolongs the session. @default true */
  readonly touch?: boolean | undefined;
}

/** What somebody showed, and where its row would be. */
interface Shown {
  /** `null` for what is not well-formed. */
  readonly id: string | null;
  readonly token: unknown;
  readonly kind: 'session' | 'api-key' | 'signed';
}

/** Of a good one also whose it is, and its row, which says how an API key may be used. */
export type Examined =
  | { readonly status: 'ok'; readonly context: SessionContext<BaseUser>; readonly row: SessionRow }
  | { readonly status: Exclude<CheckResult['status'], 'ok'> };

interface Judged {
  readonly lookedUp: LookedUp;
  readonly now: Date;
  /** As the row has it: the judgement moves it. */
  readonly lastSeenAt: Date;
  readonly examined: Examined;
}

const NOT_FOUND: Examined = { status: 'not_found' };

/** Answers the one question of every request: whose session is this, and is it still good? */
@Injectable()
export class SessionCheck {
  constructor(
    private readonly lookup: SessionLookupStore,
    private readonly database: Database,
    private readonly touches: SessionTouches,
    private readonly rule: SessionRule,
    private readonly signInRule: SignInRule,
    private readonly rights: SessionRights,
    private readonly acting: ActingCheck,
    private readonly signed: SignedTokens,
    private readonly clock: Clock,
    private readonly measurements: Measurements,
  ) {}

  /** Never throws for a bad token. A token that is not well-formed costs no query. */
  async check(token: unknown, { touch = true }: CheckOptions = {}): Promise<CheckResult<BaseUser>> {
    const examined = await this.examineToken(token, touch);
    return examined.status === 'ok' ? { status: 'ok', ...examined.context } : examined;
  }

  /** The same for an API key, with the row that says how it may be used. */
  checkKey(key: unknown, { touch = true }: CheckOptions = {}): Promise<Examined> {
    return this.examine({ id: idOfApiKey(key), token: key, kind: 'api-key' }, touch);
  }

  /**
   * The same for a signed token: its signature first, then its session.
   *
   * @throws InvalidSessionError also when the session has ended, or has another secret by now.
   */
  async authenticateSigned(token: string, { touch = true }: CheckOptions = {}): Promise<SessionContext<BaseUser>> {
    const claims = this.signed.isOn ? await this.signed.read(token) : null;
    if (claims === null) throw new InvalidSessionError('malformed');
    const id = isId(claims.sessionId) ? claims.sessionId : null;
    const examined = await this.examine({ id, token: claims.binding, kind: 'signed' }, touch);
    if (examined.status === 'ok' && examined.row.kind === 'session') return examined.context;
    throw new InvalidSessionError(examined.status === 'ok' ? 'not_found' : examined.status);
  }

  private examineToken(token: unknown, touch: boolean): Promise<Examined> {
    return this.examine({ id: idOfToken(token), token, kind: 'session' }, touch);
  }

  private async examine(shown: Shown, touch: boolean): Promise<Examined> {
    try {
      // A refusal is never given from memory: the token may be new, the ban lifted, the last use another node's.
      const recalled = this.recalled(shown, touch);
      // Not by a method of its own: another promise for each request.
      const asked = recalled === null && shown.id !== null ? await this.lookup.find(this.database, shown.id) : null;
      const found = recalled ?? this.judgeFor(shown, asked, touch);
      if (found === null) return this.counted(NOT_FOUND);
      const { lookedUp, now, lastSeenAt, examined } = found;
      if (examined.status !== 'ok') return this.counted(examined);
      if (lookedUp.session.actorId !== null && !(await this.acting.stands(lookedUp, now))) return this.counted({ status: 'inactive' });
      const writing = touch ? this.touches.note(lookedUp.session.id, lastSeenAt, now) : null;
      if (writing !== null) await writing;
      return this.counted(examined);
    } catch (error) {
      this.measurements.noteError('check', error);
      throw error;
    }
  }

  private recalled(shown: Shown, touch: boolean): Judged | null {
    const judged = shown.id === null ? null : this.judgeFor(shown, this.lookup.recall(this.database, shown.id), touch);
    return judged?.examined.status === 'ok' ? judged : null;
  }

  /** @returns `null` for a secret that is not its own. */
  private judgeFor({ token, kind }: Shown, lookedUp: LookedUp | null, touch: boolean): Judged | null {
    if (lookedUp === null || !proves(kind, token as string, lookedUp.session.secretHash)) return null;
    const { lastSeenAt } = lookedUp.session;
    const now = this.clock.now();
    return { lookedUp, now, lastSeenAt, examined: this.judge(lookedUp, now, touch) };
  }

  private counted(examined: Examined): Examined {
    this.measurements.note('check', examined.status);
    return examined;
  }

  /** @throws InvalidSessionError with the reason, which is for the process alone. */
  async authenticate(token: unknown, { touch = true }: CheckOptions = {}): Promise<SessionContext<BaseUser>> {
    const examined = await this.examineToken(token, touch);
    if (examined.status === 'ok') return examined.context;
    throw new InvalidSessionError(idOfToken(token) === null ? 'malformed' : examined.status);
  }

  private judge({ session, user, blackoutAt }: LookedUp, now: Date, touch: boolean): Examined {
    session.lastSeenAt = this.touches.lastSeen(session.id, session.lastSeenAt);
    if (isOver(session, this.rule, now)) return { status: 'expired' };
    if (blackoutAt !== null && session.createdAt.getTime() <= blackoutAt.getTime()) return { status: 'blackout' };
    if (!(session.kind === 'apiKey' ? this.signInRule.allowsKeys(user) : this.signInRule.allows(user))) return { status: 'inactive' };
    // What the caller is told is as of this use: it is what the row will say a moment later.
    if (touch && now.getTime() > session.lastSeenAt.getTime()) session.lastSeenAt = now;
    const { roles, permissions, scopes } = this.rights.of(user, session);
    return { status: 'ok', context: { user, session: sessionOf(session, this.rule), roles, permissions, scopes }, row: session };
  }
}

function proves(kind: Shown['kind'], shown: string, secretHash: string): boolean {
  return kind === 'signed' ? sameHash(bindingOf(secretHash), shown) : sameHash(secretHash, hashToken(kind, shown));
}
