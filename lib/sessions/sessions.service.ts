import { Injectable } from '@nestjs/common';
import { Clock } from '../kernel/clock.port.js';
import { after, type Duration, isDuration, milliseconds } from '../kernel/duration.js';
import { InvalidInputError } from '../kernel/errors.js';
import { Fields } from '../kernel/fields.js';
import { isId } from '../kernel/id.js';
import type { Page } from '../kernel/page.js';
import type { RequestSource } from '../kernel/request-source.js';
import type { EntityManager } from '../persistence/connection.js';
import { Database } from '../persistence/database.js';
import { joined } from '../persistence/joined.js';
import type { BaseUser } from '../users/base-user.js';
import type { RegisteredUser } from '../users/register.js';
import type { UserRef } from '../users/user-ref.js';
import { Blackout } from './blackout.js';
import type { ApiKey, CreatedApiKey } from './api-keys/api-key.js';
import type { CreateApiKeyInput } from './api-keys/api-key-input.js';
import { ApiKeys } from './api-keys/api-keys.js';
import { Credentials } from './credentials.js';
import { Login } from './login.js';
import { LoginExtras } from './login-extras.js';
import { Reauthentication } from './reauthentication.js';
import { type CheckResult, type LoginResult, type Session, type SessionContext, sessionOf } from './session.js';
import { type CheckOptions, SessionCheck } from './session-check.js';
import { SessionEnding } from './session-ending.js';
import { SessionRoles } from './session-roles.js';
import { type EndSessions, type ListSessions, type LoginInput, type OpenInput, readEndFilter, readSessionFilter } from './session-input.js';
import { type OpenedSession, SessionOpening } from './session-opening.js';
import { SessionRule } from './session-rule.js';
import { SessionStore } from './session.store.js';
import { ActingError, InvalidSessionError, ReauthenticationRequiredError } from './sessions.errors.js';

export type { LoginInput, OpenInput } from './session-input.js';

/** The same session under a new token. */
export interface Renewed {
  readonly token: string;
  readonly session: Session;
  /** As at the log-in: whether a cookie outlives the browser's session. */
  readonly remember: boolean;
  /** As at the log-in: a signed token of before is void. */
  readonly extras: Readonly<Record<string, unknown>>;
}

/** Sessions: who is signed in where. Opaque tokens, checked against the database at each use, so that an ended one is dead at once everywhere. */
@Injectable()
export class SessionsService<U extends BaseUser = RegisteredUser> {
  constructor(
    private readonly signIn: Login,
    private readonly extras: LoginExtras,
    private readonly opening: SessionOpening,
    private readonly checking: SessionCheck,
    private readonly ending: SessionEnding,
    private readonly blackout: Blackout,
    private readonly reauthentication: Reauthentication,
    private readonly credentials: Credentials,
    private readonly roles: SessionRoles,
    private readonly keys: ApiKeys,
    private readonly store: SessionStore,
    private readonly rule: SessionRule,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * The same service inside the caller's open transaction: it commits and rolls back with that, and its events go out after that commit.
   *
   * @throws Error when `manager` is not inside a transaction.
   */
  within(manager: EntityManager): this {
    return joined(this, manager);
  }

  /**
   * Opens a session for whoever knows the password.
   *
   * @param from where the request came from; leave it out only in trusted code, which spends no address's budget.
   * @throws InvalidCredentialsError for whatever did not match; TooManyRequestsError before any hash.
   */
  async login(input: LoginInput, from?: RequestSource): Promise<LoginResult<U>> {
    const { user, device, ...opened } = await this.signIn.login(input, from);
    return { ...(await this.resultOf(opened, user)), device };
  }

  /**
   * Opens a session without a password: after a social sign-in, in a test, for a help desk. The caller vouches for the person.
   *
   * @throws NotFoundError when there is no such user, or he is not active.
   */
  async open(ref: UserRef, details: OpenInput = {}, from?: RequestSource): Promise<LoginResult<U>> {
    const { user, ...opened } = await this.signIn.vouchFor(ref, details, from);
    return this.resultOf(opened, user);
  }

  /**
   * Whose session this is. Refuses what is over, blacked out, or whose owner is not active.
   *
   * @throws InvalidSessionError; UnavailableError when the database cannot answer.
   */
  authenticate(token: string, options?: CheckOptions): Promise<SessionContext<U>> {
    return this.checking.authenticate(token, options) as Promise<SessionContext<U>>;
  }

  /**
   * Whose session a signed token was made for, by the same rules: it dies with its session, and when that gets another secret.
   *
   * @throws InvalidSessionError; UnavailableError when the database cannot answer.
   */
  async authenticateSigned(token: string, options?: CheckOptions): Promise<SessionContext<U>> {
    return (await this.checking.authenticateSigned(token, options)) as SessionContext<U>;
  }

  /** The same as a tagged result, without throwing for a bad token. */
  async check(token: string, options?: CheckOptions): Promise<CheckResult<U>> {
    return (await this.checking.check(token, options)) as CheckResult<U>;
  }

  /** The user of a good token, by the same rules, without counting as a use. */
  async findUser(token: string): Promise<U | null> {
    const result = await this.checking.check(token, { touch: false });
    return result.status === 'ok' ? (result.user as U) : null;
  }

  /** One session, live or over. @returns `null` when it has ended, or never was. */
  async find(sessionId: string): Promise<Session | null> {
    const row = isId(sessionId) ? await this.store.findById(this.database, sessionId) : null;
    return row?.kind === 'session' ? sessionOf(row, this.rule) : null;
  }

  /** Newest first. */
  async list(request: ListSessions = {}): Promise<Page<Session>> {
    const read = readSessionFilter(request);
    if (read === null) return { items: [], next: null };
    const page = await this.store.page(this.database, { ...read, edge: await this.rule.edgeAt(this.database, this.clock.now()) });
    return { items: page.items.map((row) => sessionOf(row, this.rule)), next: page.next };
  }

  /** Puts free JSON into a session; its life is not touched. @returns whether there is such a session. */
  async setData(sessionId: string, data: unknown): Promise<boolean> {
    const input = Fields.of({ data });
    const read = this.opening.read(input, undefined);
    input.done();
    return isId(sessionId) && this.store.update(this.database, sessionId, { data: read.data });
  }

  /**
   * Puts the user's present roles on resources into a live session, for `auth.roles`: all of them, those on one kind of resource, or on
   * one. They take the place of what it had there; its life is not touched.
   *
   * @returns every role on resources that the session has now.
   * @throws NotFoundError, InvalidInputError; UnavailableError when the host's memberships cannot be loaded.
   */
  refreshRoles(sessionId: string, on: { resource?: string; id?: string } = {}): Promise<string[]> {
    return this.roles.refresh(sessionId, on);
  }

  /** Ends one session. @returns whether there was one; with `userId`, only that user's counts. */
  end(sessionId: string, { userId }: { userId?: string } = {}): Promise<boolean> {
    return this.ending.end(sessionId, userId);
  }

  /** Ends the session of a token. @returns whether there was one. */
  endByToken(token: string): Promise<boolean> {
    return this.ending.endByToken(token);
  }

  /**
   * Ends many sessions: a user's in one transaction, everybody's in batches, so that it works however many there are. If it throws,
   * some of everybody's may have ended: call it again.
   *
   * @returns how many.
   * @throws InvalidInputError, UnavailableError.
   */
  async endAll(request: EndSessions): Promise<number> {
    const filter = readEndFilter(request);
    return filter === null ? 0 : this.ending.endMany(filter);
  }

  /**
   * A blackout: every session opened at or before `instant` is refused from the next request on, on sockets too, whoever's it is. One row
   * is written, however many sessions there are.
   *
   * @param instant a date, an ISO 8601 text with its zone, or milliseconds; at most a day ahead, since until it is past nobody can sign
   *   in either. @default ten seconds from now
   * @returns the instant in force: a later one that stands already stays.
   * @throws InvalidInputError.
   */
  endAllBefore(instant?: Date | string | number): Promise<Date> {
    return this.blackout.set(instant);
  }

  /** The instant of the blackout, or `null`. */
  getBlackout(): Promise<Date | null> {
    return this.blackout.get();
  }

  /** Lifts the blackout: the sessions that it shut out are good again, as far as they have not been purged. @returns whether one stood. */
  clearBlackout(): Promise<boolean> {
    return this.blackout.clear();
  }

  /**
   * Proves the user anew: the session goes on under a new token, the old one is dead.
   *
   * @throws WrongPasswordError; InvalidSessionError when the session has ended meanwhile; ActingError in another's name.
   */
  async reauthenticate(sessionId: string, password: string, from?: RequestSource): Promise<Renewed> {
    const row = isId(sessionId) ? await this.store.findById(this.database, sessionId) : null;
    if (row?.kind !== 'session') throw new InvalidSessionError('not_found');
    if (row.acting !== null) throw new ActingError();
    const renewed = await this.reauthentication.renew(row, password, from);
    const extras = await this.extras.again(renewed);
    return { token: renewed.token, session: sessionOf(renewed.row, this.rule), remember: renewed.row.remember, extras };
  }

  /**
   * Refuses a session whose user proved too long ago who he is. API keys prove nothing of that kind, nor does who acts in his name.
   *
   * @param within how long ago at most. @default the option `sessions.recentLogin`
   * @throws ReauthenticationRequiredError, ActingError.
   */
  requireRecentLogin({ authenticatedAt, kind, actor }: Pick<Session, 'authenticatedAt' | 'kind' | 'actor'>, within?: Duration): void {
    if (actor !== null) throw new ActingError();
    const longest = within === undefined ? this.rule.recentLogin : milliseconds(within);
    const isRecent = kind === 'session' && after(authenticatedAt, longest) > this.clock.now();
    if (!isRecent) throw new ReauthenticationRequiredError();
  }

  /** Whether a log-in with this identifier from this address would be refused now; counts nothing. @throws InvalidInputError. */
  isBruteforce(address: string | null, login: string): Promise<boolean> {
    return this.credentials.isSpent(login, { ip: address, userAgent: null });
  }

  /** Forgives the failures counted for this identifier, from this address and from anywhere. @throws InvalidInputError. */
  resetAttempts(address: string | null, login: string): Promise<void> {
    return this.credentials.reset(login, { ip: address, userAgent: null });
  }

  /** Sets the idle time-out of this process from now on, for every session that was not opened with a fixed end. */
  setIdleTimeout(duration: Duration): void {
    if (!isDuration(duration) || milliseconds(duration) === 0)
      throw new InvalidInputError("Write a duration with its unit: '15m', '12h' or '10d'.");
    this.rule.idleTimeout = milliseconds(duration);
  }

  /** Deletes what is over. @returns how many sessions. */
  purgeExpired(): Promise<number> {
    return this.ending.purgeExpired();
  }

  /**
   * Makes a key by which a program acts for a user, within scopes. It opens no session, and the key itself is in this answer and nowhere
   * else.
   *
   * @throws NotFoundError for nobody, and for who is not active; InvalidInputError; TooManyApiKeysError; ForbiddenError for a scope of the
   * administration that the owner does not have.
   */
  createApiKey(ref: UserRef, input: CreateApiKeyInput): Promise<CreatedApiKey> {
    return this.keys.create(ref, input);
  }

  /** The keys of a user, newest first. */
  listApiKeys(userId: string): Promise<ApiKey[]> {
    return this.keys.list(userId);
  }

  /** Ends a key. @returns whether there was one; with `userId`, only that user's counts. */
  endApiKey(keyId: string, { userId }: { userId?: string } = {}): Promise<boolean> {
    return this.keys.end(keyId, userId);
  }

  /**
   * Whose key this is, and what it may do: of its owner's rights at this moment those that its scopes name. Counts as a use.
   *
   * @throws InvalidSessionError, also for a key that is used up; TooManyRequestsError beyond its rate; UnavailableError.
   */
  async authenticateApiKey(key: string, options?: CheckOptions): Promise<SessionContext<U>> {
    return (await this.keys.authenticate(key, options)) as SessionContext<U>;
  }

  private async resultOf(opened: OpenedSession, user: BaseUser): Promise<LoginResult<U>> {
    const extras = await this.extras.of(opened, user);
    return { token: opened.token, user: user as U, session: sessionOf(opened.row, this.rule), device: null, extras };
  }
}
