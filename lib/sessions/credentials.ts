import { Injectable } from '@nestjs/common';
import { Captcha } from '../captcha/captcha.js';
import { Clock } from '../kernel/clock.port.js';
import { Fields } from '../kernel/fields.js';
import { fold, parseEmail } from '../kernel/identifiers.js';
import { type RequestSource, storableSource } from '../kernel/request-source.js';
import { KnownDevices } from '../known-devices/known-devices.service.js';
import { type PasswordProof, Passwords } from '../passwords/passwords.service.js';
import { faultOfPassword } from '../passwords/password-input.js';
import { PasswordsSettings } from '../passwords/passwords.options.js';
import { Database } from '../persistence/database.js';
import { UsersEvents } from '../persistence/users-events.js';
import { networkOf } from '../rate-limits/network-of.js';
import { RateLimiter } from '../rate-limits/rate-limiter.js';
import { LimitsSettings } from '../rate-limits/rate-limits.options.js';
import type { BaseUser } from '../users/base-user.js';
import { keysOf, type UserRef } from '../users/user-ref.js';
import { SignInRule } from '../users/sign-in-rule.js';
import { UserStore } from '../users/user.store.js';
import { LegacyUsers } from './legacy-users.port.js';
import { WrongPasswordError } from './sessions.errors.js';
import { LoginFailed } from './sessions.events.js';

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
    private readonly devices: KnownDevices,
    private readonly limiter: RateLimiter,
    private readonly limits: LimitsSettings,
    private readonly captcha: Captcha,
    private readonly passwordRules: PasswordsSettings,
    private readonly signInRule: SignInRule,
    private readonly legacy: LegacyUsers,
    private readonly events: UsersEvents,
    private readonly clock: Clock,
  ) {}

  /** Reads exactly one of login, email and username, and the password; faults are noted in `input`, and nothing is counted for them. */
  read(input: Fields): TypedCredentials {
    const given = IDENTIFIERS.filter((name) => input.has(name));
    if (given.length !== 1) input.fault('login', 'USERS_REQUIRED');
    const name = given[0] ?? 'login';
    const text = this.readIdentifier(input, name);
    const password = this.readPassword(input, 'password');
    input.done();
    return { ref: { [name]: text } as UserRef, identifier: identifierOf(text), login: text, password };
  }

  /** Blanks name nobody, and no budget counts for nobody. */
  private readIdentifier(input: Fields, name: string): string {
    const text = input.text(name, { max: MAX_IDENTIFIER_LENGTH, line: true });
    if (text !== '' && identifierOf(text) === '') input.fault(name, 'USERS_EMPTY');
    return text;
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
   * @throws TooManyRequestsError, CaptchaNeededError and CaptchaWrongError before any hash.
   */
  async verify(typed: TypedCredentials, from?: RequestSource): Promise<Verified | null> {
    const { ref, identifier, password } = typed;
    const spender = { identifier, from, device: await this.knownDevice(ref, from) };
    await this.spendOfAddress(from);
    // Before a failure is counted: who is asked to show that he is a person has not guessed yet.
    if (from !== undefined && (await this.hasFailedOften(spender))) await this.captcha.require('login', from);
    await this.spend(spender);
    const user = await this.users.find(this.database, keysOf(ref));
    const proof = await this.passwords.prove(this.database, user?.id ?? null, password);
    const verified = user === null ? await this.adopt(typed) : proof && { user, proof };
    if (verified === null || !this.signInRule.allows(verified.user)) {
      this.events.publish(new LoginFailed(this.clock.now(), user?.id ?? null, from && storableSource(from)));
      return null;
    }
    await this.forgive(spender);
    return verified;
  }

  /**
   * Asks a signed-in user to prove himself again; failures count under his id.
   *
   * @throws WrongPasswordError, or TooManyRequestsError before any hash.
   */
  async reprove(userId: string, password: string, from?: RequestSource): Promise<PasswordProof> {
    const spender = { identifier: userId, from, device: null };
    await this.spendOfAddress(from);
    await this.spend(spender);
    const proof = await this.passwords.prove(this.database, userId, password);
    if (proof === null) throw new WrongPasswordError();
    await this.forgive(spender);
    return proof;
  }

  /** Whether a check for this identifier would be refused now; counts nothing. @throws InvalidInputError for what names nobody. */
  async isSpent(identifier: string, from: RequestSource): Promise<boolean> {
    const key = this.identify(identifier);
    const spent = await Promise.all([
      this.limiter.isSpent(this.limits.passwordChecks, networkOf(from.ip)),
      this.limiter.isSpent(this.limits.failedChecksFromAddress, pairOf({ identifier: key, from, device: null })),
      this.limiter.isSpent(this.limits.failedChecksAnywhere, key),
    ]);
    return spent.includes(true);
  }

  /** Forgives the failures counted for this identifier. @throws InvalidInputError for what names nobody. */
  async reset(identifier: string, from?: RequestSource): Promise<void> {
    await this.forgive({ identifier: this.identify(identifier), from, device: null });
  }

  private identify(login: string): string {
    const input = Fields.of({ login });
    const text = this.readIdentifier(input, 'login');
    input.done();
    return identifierOf(text);
  }

  private async adopt(typed: TypedCredentials): Promise<Verified | null> {
    const user = await this.legacy.adopt(typed);
    const password = user === null ? null : await this.passwords.find(this.database, user.id);
    return user === null || password === null ? null : { user, proof: password };
  }

  /** The same statements whether or not there is such a user; none where the client shows nothing. */
  private async knownDevice(ref: UserRef, from?: RequestSource): Promise<string | null> {
    const shown = from?.device;
    if (!this.devices.isReadable(shown)) return null;
    const user = await this.users.find(this.database, keysOf(ref));
    return this.devices.find(user?.id ?? null, shown);
  }

  private async spendOfAddress(from: RequestSource | undefined): Promise<void> {
    if (from !== undefined) await this.limiter.spend(this.limits.passwordChecks, networkOf(from.ip));
  }

  /** Counted before the hash: counted after it, forty racers would all be let through. */
  private async spend(spender: Spender): Promise<void> {
    const { identifier, device } = spender;
    await this.limiter.spend(this.limits.failedChecksFromAddress, pairOf(spender));
    // Whoever guesses from everywhere must not shut out, of all devices, the one that the user always takes.
    if (device === null) await this.limiter.spend(this.limits.failedChecksAnywhere, identifier);
  }

  /** By the typed identifier and the address, or a device shown before, so that a known and an unknown identifier are asked alike. */
  private async hasFailedOften(spender: Spender): Promise<boolean> {
    const limit = this.captcha.afterFailures;
    if (limit === null) return false;
    const { name, window } = this.limits.failedChecksFromAddress;
    return this.limiter.isSpent({ name, limit, window }, pairOf(spender));
  }

  private async forgive(spender: Spender): Promise<void> {
    const ofPair = this.limiter.reset(this.limits.failedChecksFromAddress, pairOf(spender));
    const ofAll = spender.device === null && this.limiter.reset(this.limits.failedChecksAnywhere, spender.identifier);
    await Promise.all([ofPair, ofAll]);
  }
}

/** Whose failures are counted, and together with what. */
interface Spender {
  readonly identifier: string;
  readonly from: RequestSource | undefined;
  /** Of a device that this user has signed in with before. */
  readonly device: string | null;
}

/** The spellings that find one user count as one. */
function identifierOf(text: string): string {
  return parseEmail(text)?.key ?? fold(text);
}

/** A known device has a budget of its own: others behind the same address cannot spend it. */
function pairOf({ identifier, from, device }: Spender): string {
  if (device !== null) return `${identifier} device ${device}`;
  return `${identifier} ${from === undefined ? 'trusted' : networkOf(from.ip)}`;
}
