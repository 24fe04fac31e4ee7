import { Injectable } from '@nestjs/common';
import { ForbiddenError, NotFoundError } from '../kernel/errors.js';
import { Fields } from '../kernel/fields.js';
import { isId } from '../kernel/id.js';
import type { RequestSource } from '../kernel/request-source.js';
import { PasswordPolicy } from '../passwords/password-policy.js';
import { WeakPasswordError } from '../passwords/passwords.errors.js';
import { Passwords } from '../passwords/passwords.service.js';
import type { Connection } from '../persistence/connection.js';
import { Database } from '../persistence/database.js';
import type { Work } from '../persistence/unit-of-work.js';
import { Credentials } from '../sessions/credentials.js';
import { SessionEnding } from '../sessions/session-ending.js';
import { WrongPasswordError } from '../sessions/sessions.errors.js';
import type { BaseUser } from '../users/base-user.js';
import { keysOf, type UserRef } from '../users/user-ref.js';
import { UserStore } from '../users/user.store.js';
import { PasswordWriter } from './password-writer.js';

export interface ChangePasswordInput {
  readonly oldPassword: string;
  readonly newPassword: string;
  /** The new password once more, where a form asks for it twice. */
  readonly verifyPassword?: string;
  /** Whether the other sessions end. @default true */
  readonly endOthers?: boolean;
}

/** `set`: there is none yet; `change`: there is one; `mustChange`: the next session can do nothing else first. */
export type PasswordStatus = 'set' | 'change' | 'mustChange';

/** The ways to another password that need no mailed link. Each ends sessions: a stolen one must not outlive it. */
@Injectable()
export class PasswordChangeService {
  constructor(
    private readonly users: UserStore,
    private readonly credentials: Credentials,
    private readonly policy: PasswordPolicy,
    private readonly passwords: Passwords,
    private readonly sessions: SessionEnding,
    private readonly writer: PasswordWriter,
    private readonly database: Database,
  ) {}

  /**
   * By the user, who gives the old one. The other sessions end unless `endOthers` is false; `keepSession` stays.
   *
   * @throws WrongPasswordError, WeakPasswordError, InvalidInputError, TooManyRequestsError, NotFoundError.
   */
  async change(
    ref: UserRef,
    body: unknown,
    { keepSession, from }: { keepSession?: string | undefined; from?: RequestSource | undefined } = {},
  ): Promise<void> {
    const input = Fields.of(body);
    const oldPassword = this.credentials.readPassword(input, 'oldPassword');
    readKept(input, keepSession);
    const keepSessions = input.optionalFlag('endOthers') === false;
    const newPassword = readNew(input);
    const user = await this.require(ref);
    const canonical = await this.policy.check(newPassword, user, 'newPassword');
    if (canonical === oldPassword.normalize('NFC')) throw unchanged();
    const proof = await this.credentials.reprove(user.id, oldPassword, from);
    const hash = await this.passwords.hash(canonical);
    const guard = async (work: Work): Promise<void> => {
      // Two changes by the same old password: the second must not win over the first.
      if (!(await this.passwords.isCurrent(work, user.id, proof))) throw new WrongPasswordError();
      if (keepSession !== undefined) await this.sessions.clearNeed(work, { id: keepSession, userId: user.id }, 'new-password');
    };
    await this.writer.write(user, hash, { keepSession, keepSessions, keepKeys: true, mustChange: false, guard, from });
  }

  /**
   * By a trusted caller, unconditionally. Every session of the user ends.
   *
   * @throws WeakPasswordError, InvalidInputError, NotFoundError.
   */
  async set(ref: UserRef, body: unknown): Promise<void> {
    const input = Fields.of(body);
    const mustChange = input.optionalFlag('mustChange') ?? false;
    const newPassword = readNew(input);
    const user = await this.require(ref);
    const hash = await this.hashed(newPassword, user);
    await this.writer.write(user, hash, { mustChange });
  }

  /**
   * The first password of a user who has none. His sessions end, `keepSession` stays.
   *
   * @throws ForbiddenError when he has one: then it takes the old one to change it; InvalidSessionError when `keepSession` has ended, or is
   * another user's; WeakPasswordError, InvalidInputError, NotFoundError.
   */
  async setInitial(
    ref: UserRef,
    body: unknown,
    { keepSession, from }: { keepSession?: string | undefined; from?: RequestSource | undefined } = {},
  ): Promise<void> {
    const input = Fields.of(body);
    readKept(input, keepSession);
    const newPassword = readNew(input);
    const user = await this.require(ref);
    const requireNone = async (on: Connection): Promise<void> => {
      if (await this.passwords.has(on, user.id)) throw new ForbiddenError('There is a password already: change it.');
    };
    await requireNone(this.database);
    const guard = async (work: Work): Promise<void> => {
      // Its owner may have ended a stolen session while we hashed: no old password stands in the way of who holds it.
      if (keepSession !== undefined) await this.sessions.require(work, { id: keepSession, userId: user.id });
      await requireNone(work);
    };
    const hash = await this.hashed(newPassword, user);
    await this.writer.write(user, hash, { keepSession, mustChange: false, guard, from });
  }

  /**
   * By a session that can do only this: its user must choose a new password, and not the one that somebody else gave him. The session is
   * complete afterwards, the others end.
   *
   * @throws ForbiddenError when the session does not lack this, or has ended; WeakPasswordError, InvalidInputError.
   */
  async setRequired({ userId, sessionId }: { userId: string; sessionId: string }, body: unknown, from?: RequestSource): Promise<void> {
    const newPassword = readNew(Fields.of(body));
    const user = await this.require(userId);
    if (!user.mustChangePassword) throw needless();
    const canonical = await this.policy.check(newPassword, user, 'newPassword');
    if (await this.passwords.isUnchanged(this.database, userId, canonical)) throw unchanged();
    const hash = await this.passwords.hash(canonical);
    const guard = async (work: Work): Promise<void> => {
      // A reset that came in while we hashed has ended this session: who held it must not overrule the owner.
      if (!(await this.sessions.clearNeed(work, { id: sessionId, userId }, 'new-password'))) throw needless();
    };
    await this.writer.write(user, hash, { keepSession: sessionId, mustChange: false, guard, from });
  }

  async status(ref: UserRef): Promise<PasswordStatus> {
    const user = await this.require(ref);
    if (user.mustChangePassword) return 'mustChange';
    return (await this.passwords.has(this.database, user.id)) ? 'change' : 'set';
  }

  private async require(ref: UserRef): Promise<BaseUser> {
    const user = await this.users.find(this.database, keysOf(ref));
    if (user === null) throw new NotFoundError();
    return user;
  }

  private async hashed(password: unknown, user: BaseUser): Promise<string> {
    return this.passwords.hash(await this.policy.check(password, user, 'newPassword'));
  }
}

function unchanged(): WeakPasswordError {
  return new WeakPasswordError('newPassword', ['USERS_PASSWORD_UNCHANGED']);
}

function needless(): ForbiddenError {
  return new ForbiddenError('This session needs no new password: change it with the old one.');
}

function readKept(input: Fields, keepSession: string | undefined): void {
  if (keepSession !== undefined && !isId(keepSession)) input.fault('keepSession', 'USERS_NOT_VALID');
}

function readNew(input: Fields): unknown {
  if (!input.has('newPassword')) input.fault('newPassword', 'USERS_REQUIRED');
  const isTwice = input.has('verifyPassword');
  if (isTwice && input.raw('verifyPassword') !== input.raw('newPassword')) input.fault('verifyPassword', 'USERS_PASSWORD_MISMATCH');
  input.done();
  return input.raw('newPassword');
}
