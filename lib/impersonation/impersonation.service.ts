import { Injectable } from '@nestjs/common';
import { Clock } from '../kernel/clock.port.js';
import { after } from '../kernel/duration.js';
import { ForbiddenError, NotFoundError } from '../kernel/errors.js';
import { Fields } from '../kernel/fields.js';
import { isId } from '../kernel/id.js';
import { RandomSource } from '../kernel/random-source.port.js';
import { type RequestSource, storableSource } from '../kernel/request-source.js';
import { mintToken } from '../kernel/secret-token.js';
import type { Connection, EntityManager } from '../persistence/connection.js';
import { Database } from '../persistence/database.js';
import { joined } from '../persistence/joined.js';
import { UnitOfWork, type Work } from '../persistence/unit-of-work.js';
import { mayActAs, Rights } from '../roles/rights.js';
import type { ActingFor } from '../sessions/acting.js';
import { type Session, sessionOf } from '../sessions/session.js';
import type { SessionRow } from '../sessions/session.entity.js';
import { isOver } from '../sessions/session-lifetime.js';
import { type OpenedSession, SessionOpening } from '../sessions/session-opening.js';
import { SessionRule } from '../sessions/session-rule.js';
import { SessionStore } from '../sessions/session.store.js';
import { ActingError, InvalidSessionError } from '../sessions/sessions.errors.js';
import { SessionEnded } from '../sessions/sessions.events.js';
import { SessionsSettings } from '../sessions/sessions.options.js';
import type { BaseUser } from '../users/base-user.js';
import type { RegisteredUser } from '../users/register.js';
import { SignInRule } from '../users/sign-in-rule.js';
import { keysOf, type UserRef } from '../users/user-ref.js';
import { UserStore } from '../users/user.store.js';
import { ImpersonationStarted, ImpersonationStopped } from './impersonation.events.js';

export interface ImpersonationInput {
  /** Why, as a ticket's number or a sentence: at most 500 characters. It is kept. */
  readonly reason: string;
  /** Where the request came from. */
  readonly from?: RequestSource;
}

/** As whom the client goes on, by a new token. */
export interface Impersonation<U extends BaseUser = RegisteredUser> {
  /** Handed out once: only its hash is stored. */
  readonly token: string;
  readonly user: U;
  readonly session: Session;
  /** As at the log-in: whether a cookie outlives the browser's session. */
  readonly remember: boolean;
}

const MAX_REASON_LENGTH = 500;

/** "Act as Ann": somebody with the right to it sees for a short time what a user sees, and is named wherever he does something. */
@Injectable()
export class ImpersonationService<U extends BaseUser = RegisteredUser> {
  constructor(
    private readonly users: UserStore,
    private readonly sessions: SessionStore,
    private readonly opening: SessionOpening,
    private readonly rule: SessionRule,
    private readonly settings: SessionsSettings,
    private readonly signInRule: SignInRule,
    private readonly rights: Rights,
    private readonly random: RandomSource,
    private readonly clock: Clock,
    private readonly database: Database,
    private readonly units: UnitOfWork,
  ) {}

  /** The same service inside the caller's open transaction. @throws Error when `manager` is not inside a transaction. */
  within(manager: EntityManager): this {
    return joined(this, manager);
  }

  /**
   * Opens a session in the user's name, with the user's rights and no others. Until {@link stop} the caller's own session waits, and its
   * token opens nothing; should it end, so does this.
   *
   * @param sessionId the session of who acts; its user needs the permission `users.impersonate`.
   * @throws InvalidInputError; NotFoundError for nobody, and for who is not active; ForbiddenError without the permission, for oneself,
   * for an administrator, and for who may administrate more; ActingError for who acts already; InvalidSessionError.
   */
  async start(sessionId: string, ref: UserRef, input: ImpersonationInput): Promise<Impersonation<U>> {
    const reason = readReason(Fields.of(input));
    const { from } = input;
    const found = await this.users.find(this.database, keysOf(ref));
    if (found === null) {
      // Who may not act learns nothing of whom there is.
      await this.actingOrFail(this.database, sessionId);
      throw new NotFoundError();
    }
    return this.units.run(async (work) => {
      // Before anything is read: a ban that runs now has either ended, and is seen, or ends this session too.
      await this.users.lock(work, found.id);
      const { own, actor } = await this.actingOrFail(work, sessionId);
      const user = await this.users.findById(work, found.id);
      if (user === null || !this.signInRule.allows(user)) throw new NotFoundError();
      this.requireBelow(actor, user);
      const opened = await this.open(work, { own, actor, user }, { reason, from });
      return this.resultOf(opened, user);
    });
  }

  /**
   * Ends a session in another's name, and gives its human back his own one, by a new token.
   *
   * @throws InvalidSessionError for any other session, and where either of the two has ended.
   */
  async stop(sessionId: string): Promise<Impersonation<U>> {
    const row = await this.rowOf(this.database, sessionId);
    const own = row?.acting?.as === 'acting' ? await this.rowOf(this.database, row.acting.sessionId) : null;
    const actor = own === null ? null : await this.users.findById(this.database, own.userId);
    if (row === null || own === null || actor === null || !this.signInRule.allows(actor)) throw new InvalidSessionError('not_found');
    return this.units.run(async (work) => {
      const opened = await this.unpark(work, own, row.acting as ActingFor);
      if (!(await this.sessions.delete(work, row.id))) throw new InvalidSessionError('not_found');
      await work.record(new ImpersonationStopped(work.now, { userId: row.userId, actorId: own.userId, sessionId: row.id }));
      await work.record(new SessionEnded(work.now, row.userId, row.id, own.userId));
      return this.resultOf(opened, actor);
    });
  }

  /** Whoever acts, and by which session. */
  private async actingOrFail(on: Connection, sessionId: unknown): Promise<{ own: SessionRow; actor: BaseUser }> {
    const own = await this.rowOf(on, sessionId);
    if (own?.acting?.as === 'acting') throw new ActingError();
    const isGood = own?.kind === 'session' && own.acting === null && own.needs === null && !isOver(own, this.rule, this.clock.now());
    const actor = isGood ? await this.users.findById(on, own.userId) : null;
    if (!isGood || actor === null || !this.signInRule.allows(actor)) throw new InvalidSessionError('not_found');
    if (!mayActAs(this.rights.permissionsOf(actor), [])) throw new ForbiddenError();
    return { own, actor };
  }

  private requireBelow(actor: BaseUser, user: BaseUser): void {
    if (actor.id === user.id) throw new ForbiddenError('You are that user already.');
    if (!mayActAs(this.rights.permissionsOf(actor), this.rights.permissionsOf(user)))
      throw new ForbiddenError('Nobody can act as an administrator, nor as somebody who may administrate more.');
  }

  private async open(
    work: Work,
    { own, actor, user }: { own: SessionRow; actor: BaseUser; user: BaseUser },
    { reason, from }: { reason: string; from: RequestSource | undefined },
  ): Promise<OpenedSession> {
    const latest = after(work.now, this.settings.actingTimeout);
    const endsAt = own.endsAt !== null && own.endsAt < latest ? own.endsAt : latest;
    const name = actor.displayName ?? actor.username;
    const acting: ActingFor = { as: 'acting', sessionId: own.id, name, reason, endsAt: own.endsAt?.getTime() ?? null, fixed: own.fixed };
    const { remember, deviceName } = own;
    // He has shown who he is, and not that he is the user: nothing recent may be read from this row.
    const authenticatedAt = new Date(0);
    const opened = await this.opening.openActing(work, user.id, {
      ...{ actorId: actor.id, acting, endsAt, authenticatedAt, remember, deviceName, from },
    });
    await this.park(work, own, opened.row);
    const facts = { userId: user.id, actorId: actor.id, sessionId: opened.row.id };
    await work.record(new ImpersonationStarted(work.now, facts, reason, storableSource(from)));
    return opened;
  }

  /** Nobody gets its new token. Of many who begin at once by one session, this lets one through. It waits no longer than the other lasts. */
  private async park(work: Work, own: SessionRow, { id, userId, endsAt }: SessionRow): Promise<void> {
    const { secretHash } = mintToken('session', own.id, this.random);
    const acting = { as: 'parked', sessionId: id, userId } as const;
    if (!(await this.sessions.replaceSecret(work, own, { secretHash, acting, endsAt, fixed: true })))
      throw new InvalidSessionError('not_found');
  }

  private async unpark(work: Work, own: SessionRow, { endsAt, fixed }: ActingFor): Promise<OpenedSession> {
    const { token, secretHash } = mintToken('session', own.id, this.random);
    const before = { acting: null, endsAt: endsAt === null ? null : new Date(endsAt), fixed, lastSeenAt: work.now };
    if (!(await this.sessions.replaceSecret(work, own, { secretHash, ...before }))) throw new InvalidSessionError('not_found');
    return { token, row: { ...own, secretHash, ...before } };
  }

  private async rowOf(on: Connection, sessionId: unknown): Promise<SessionRow | null> {
    return isId(sessionId) ? this.sessions.findById(on, sessionId) : null;
  }

  private resultOf({ token, row }: OpenedSession, user: BaseUser): Impersonation<U> {
    return { token, user: user as U, session: sessionOf(row, this.rule), remember: row.remember };
  }
}

function readReason(input: Fields): string {
  const reason = input.text('reason', { max: MAX_REASON_LENGTH });
  if (input.has('reason') && reason.trim() === '' && reason !== '') input.fault('reason', 'USERS_EMPTY');
  input.done();
  return reason.trim();
}
