import { Injectable } from '@nestjs/common';
import type { Fields } from '../kernel/fields.js';
import { fold, parseEmail } from '../kernel/identifiers.js';
import type { RequestSource } from '../kernel/request-source.js';
import { type PasswordProof, Passwords } from '../passwords/passwords.service.js';
import { faultOfPassword } from '../passwords/password-input.js';
import { PasswordsSettings } from '../passwords/passwords.options.js';
import { Database } from '../persistence/database.js';
import { networkOf } from '../rate-limits/network-of.js';
import { RateLimiter } from '../rate-limits/rate-limiter.js';
import { LimitsSettings } from '../rate-limits/rate-limits.options.js';
import type { BaseUser } from '../users/base-user.js';
import { keysOf, type UserRef } from '../users/user-ref.js';
import { SignInRule } from '../users/sign-in-rule.js';
import { UserStore } from '../users/user.store.js';
import { LegacyUsers } from './legacy-users.port.js';
import { WrongPasswordError } from './sessions.errors.js';

const IDENTIFIERS = ['login', 'email', 'username'] as const;
/** Longer than any identifier that we store, so that a pasted mistake is answered like any other wrong one. */
const MAX_IDENTIFIER_LENGTH = 320;

/** What somebody typed to say who he is. */
export interface TypedCredentials {
  readonly ref: UserRef;
  /** The typed identifier in the form under which its failures are counted. */
  readonly identifier: string;
  /** As it was typed. */
  readonly login: string;
  readonly password: string;
}

/** A password that was found right, and which one it was: a session is opened only if it has not changed since. */
export interface Verified {
  readonly user: BaseUser;
  readonly proof: PasswordProof;
}

/** Answers "is this the right password?": budgets first, then one hash whoever it is, and the same no for every reason. */
@Injectable()
export class Credentials {
  constructor(
    private readonly database: Database,
    private readonly users: UserStore,
    private readonly passwords: Passwords,
    private readonly limiter: RateLimiter,
    private readonly limits: LimitsSettings,
    private readonly passwordRules: PasswordsSettings,
    private readonly signInRule: SignInRule,
    private readonly legacy: LegacyUsers,
  ) {}

  /** Reads exactly one of login, email and username, and the password; faults are noted in `input`, and nothing is counted for them. */
  read(input: Fields): TypedCredentials {
    const given = IDENTIFIERS.filter((name) => input.has(name));
    if (given.length !== 1) input.fault('login', 'USERS_REQUIRED');
    const name = given[0] ?? 'login';
    const text = input.text(name, { max: MAX_IDENTIFIER_LENGTH, line: true });
    const password = this.readPassword(input, 'password');
    input.done();
    return { ref: { [name]: text } as UserRef, identifier: identifierOf(text), login: text, password };
  }

  /** Reads a password that is to be checked, by the rules under which one may be set; `''` beside a noted fault. */
  readPassword(input: Fields, name: string): string {
    const value = input.raw(name);
    const fault = value === '' ? 'USERS_EMPTY' : faultOfPassword(value, this.passwordRules.maxLength);
    if (fault !== null) input.fault(name, fault);
    return fault === null ? (value as string) : '';
  }

  /**
   * @param from `undefined` for a trusted caller, who spends no address's budget.
   * @returns the user, or `null` for an unknown name, a wrong or disabled password, no password, and anybody who is not active.
   * @throws TooManyRequestsError before any hash.
   */
  async verify(typed: TypedCredentials, from?: RequestSource): Promise<Verified | null> {
    const { ref, identifier, password } = typed;
    await this.spend(identifier, from);
    const user = await this.users.find(this.database, keysOf(ref));
    const proof = await this.passwords.prove(this.database, user?.id ?? null, password);
    const verified = user === null ? await this.adopt(typed) : proof && { user, proof };
    if (verified === null || !this.signInRule.allows(verified.user)) return null;
    await this.reset(identifier, from);
    return verified;
  }

  /**
   * Asks a signed-in user to prove himself again; failures count under his id.
   *
   * @throws WrongPasswordError, or TooManyRequestsError before any hash.
   */
  async reprove(userId: string, password: string, from?: RequestSource): Promise<PasswordProof> {
    await this.spend(userId, from);
    const proof = await this.passwords.prove(this.database, userId, password);
    if (proof === null) throw new WrongPasswordError();
    await this.reset(userId, from);
    return proof;
  }

  /** Whether a check for this identifier would be refused now; counts nothing. */
  async isSpent(identifier: string, from: RequestSource): Promise<boolean> {
    const key = identifierOf(identifier);
    const spent = await Promise.all([
      this.limiter.isSpent(this.limits.passwordChecks, networkOf(from.ip)),
      this.limiter.isSpent(this.limits.failedChecksFromAddress, pairOf(key, from)),
      this.limiter.isSpent(this.limits.failedChecksAnywhere, key),
    ]);
    return spent.includes(true);
  }

  /** Forgives the failures counted for this identifier. */
  async reset(identifier: string, from?: RequestSource): Promise<void> {
    const key = identifierOf(identifier);
    await this.limiter.reset(this.limits.failedChecksFromAddress, pairOf(key, from));
    await this.limiter.reset(this.limits.failedChecksAnywhere, key);
  }

  private async adopt(typed: TypedCredentials): Promise<Verified | null> {
    const user = await this.legacy.adopt(typed);
    const password = user === null ? null : await this.passwords.find(this.database, user.id);
    return user === null || password === null ? null : { user, proof: password };
  }

  /** Counted before the hash: counted after it, forty racers would all be let through. */
  private async spend(identifier: string, from?: RequestSource): Promise<void> {
    if (from !== undefined) await this.limiter.spend(this.limits.passwordChecks, networkOf(from.ip));
    await this.limiter.spend(this.limits.failedChecksFromAddress, pairOf(identifier, from));
    await this.limiter.spend(this.limits.failedChecksAnywhere, identifier);
  }
}

/** The spellings that find one user count as one. */
function identifierOf(text: string): string {
  return parseEmail(text)?.key ?? fold(text);
}

function pairOf(identifier: string, from?: RequestSource): string {
  return `${identifier} ${from === undefined ? 'trusted' : networkOf(from.ip)}`;
}
