import { Injectable } from '@nestjs/common';
import { Clock } from '../kernel/clock.port.js';
import { type Duration, isDuration, milliseconds } from '../kernel/duration.js';
import { InvalidInputError, NotFoundError } from '../kernel/errors.js';
import { Fields } from '../kernel/fields.js';
import type { RequestSource } from '../kernel/request-source.js';
import { InvalidTokenError } from '../one-time-tokens/one-time-tokens.errors.js';
import { type IssuedToken, OneTimeTokens } from '../one-time-tokens/one-time-tokens.service.js';
import type { EntityManager } from '../persistence/connection.js';
import { Database } from '../persistence/database.js';
import { joined } from '../persistence/joined.js';
import { UsersEvents } from '../persistence/users-events.js';
import type { BaseUser } from '../users/base-user.js';
import type { RegisteredUser } from '../users/register.js';
import { keysOf, type UserRef } from '../users/user-ref.js';
import { UserStore } from '../users/user.store.js';
import { PasswordResetRefused } from './password-reset.events.js';
import { LONGEST_TOKEN_LIFETIME, PasswordResetSettings } from './password-reset.options.js';
import { ResetCompletion } from './reset-completion.js';
import { ResetRequests } from './reset-requests.js';

export interface CompleteResetOptions {
  /** The new password once more, where a form asks for it twice. */
  readonly verifyPassword?: string;
  /** Whom the token must belong to: a token of somebody else is no token. */
  readonly user?: UserRef;
}

/** A forgotten password: a mailed link, used once, that ends every session. */
@Injectable()
export class PasswordResetService<U extends BaseUser = RegisteredUser> {
  constructor(
    private readonly requests: ResetRequests,
    private readonly completion: ResetCompletion,
    private readonly tokens: OneTimeTokens,
    private readonly users: UserStore,
    private readonly settings: PasswordResetSettings,
    private readonly events: UsersEvents,
    private readonly clock: Clock,
    private readonly database: Database,
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
   * Mails a link to whoever is known by `who`. Always resolves, at the same cost, for known, unknown, inactive and throttled alike: what
   * differs happens after it has resolved.
   *
   * @throws InvalidInputError; TooManyRequestsError for the address that asks; CaptchaNeededError, CaptchaWrongError; UnavailableError.
   */
  request(who: string | { login: string } | { email: string } | { username: string }, from?: RequestSource): Promise<void> {
    return this.requests.request(typeof who === 'string' ? { login: who } : who, from);
  }

  /** Whether a request for this user would send a mail now; counts nothing. */
  async isAvailable(ref: UserRef): Promise<boolean> {
    const user = await this.users.find(this.database, keysOf(ref));
    return user !== null && this.requests.isAvailable(user);
  }

  /**
   * A token for a trusted caller to hand over by other means: help desk, command line. The user's earlier one is void.
   *
   * @throws NotFoundError when there is no such active user.
   */
  async issue(ref: UserRef, { lifetime }: { lifetime?: Duration } = {}): Promise<IssuedToken> {
    const length = lifetime === undefined ? this.settings.tokenLifetime : lengthOf(lifetime);
    const found = await this.users.find(this.database, keysOf(ref));
    const issued = found === null ? null : await this.requests.issue(found.id, length);
    if (issued === null) throw new NotFoundError();
    return issued.token;
  }

  /** Whose token this is, without using it up; `null` when it opens nothing, by the same rules as {@link reset}. */
  async resolve(token: string): Promise<string | null> {
    try {
      return (await this.completion.ownerOf(token)).id;
    } catch (error) {
      if (error instanceof InvalidTokenError) return null;
      throw error;
    }
  }

  /**
   * Sets the new password and ends every session of the user. A weak password does not use the token up.
   *
   * @throws InvalidTokenError, WeakPasswordError, InvalidInputError, TooManyRequestsError.
   */
  // eslint-disable-next-line no-restricted-syntax -- what a form holds, what the caller demands, and where it came from, as in every face
  async reset(token: string, newPassword: string, options: CompleteResetOptions = {}, from?: RequestSource): Promise<U> {
    const input = Fields.of({ token, newPassword, verifyPassword: options.verifyPassword });
    const user = options.user === undefined ? undefined : await this.users.find(this.database, keysOf(options.user));
    if (user === null) throw new InvalidTokenError();
    try {
      return (await this.completion.complete(input, user?.id, from)) as U;
    } catch (error) {
      if (error instanceof InvalidTokenError) this.events.publish(new PasswordResetRefused(this.clock.now(), from));
      throw error;
    }
  }

  /** Voids the user's open links. @returns how many there were. */
  async voidAll(ref: UserRef): Promise<number> {
    const user = await this.users.find(this.database, keysOf(ref));
    return user === null ? 0 : this.tokens.voidAll(this.database, user.id, ['reset-password']);
  }
}

function lengthOf(lifetime: Duration): number {
  const length = isDuration(lifetime) ? milliseconds(lifetime) : 0;
  if (length <= 0 || length > LONGEST_TOKEN_LIFETIME)
    throw new InvalidInputError("A reset's lifetime is a duration of at most a day: '1h'.");
  return length;
}
