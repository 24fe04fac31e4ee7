import { Injectable } from '@nestjs/common';
import { Background } from '../kernel/background.js';
import type { Fields } from '../kernel/fields.js';
import { type RequestSource, UNKNOWN_SOURCE } from '../kernel/request-source.js';
import { KnownDevices } from '../known-devices/known-devices.service.js';
import { Notifier } from '../notifications/notifier.port.js';
import type { OneTimeTokenRow } from '../one-time-tokens/one-time-token.entity.js';
import { InvalidTokenError } from '../one-time-tokens/one-time-tokens.errors.js';
import { OneTimeTokens } from '../one-time-tokens/one-time-tokens.service.js';
import { PasswordPolicy } from '../passwords/password-policy.js';
import { Passwords } from '../passwords/passwords.service.js';
import { Database } from '../persistence/database.js';
import { UnitOfWork, type Work } from '../persistence/unit-of-work.js';
import { networkOf } from '../rate-limits/network-of.js';
import { RateLimiter } from '../rate-limits/rate-limiter.js';
import { LimitsSettings } from '../rate-limits/rate-limits.options.js';
import { Credentials } from '../sessions/credentials.js';
import { SessionEnding } from '../sessions/session-ending.js';
import type { BaseUser } from '../users/base-user.js';
import { factsOf } from '../users/named.js';
import { UserStore } from '../users/user.store.js';
import { PasswordReset } from './password-reset.events.js';

const TOKEN_LENGTH = 200;

/** Who comes back with a link. */
@Injectable()
export class ResetCompletion {
  constructor(
    private readonly users: UserStore,
    private readonly tokens: OneTimeTokens,
    private readonly policy: PasswordPolicy,
    private readonly passwords: Passwords,
    private readonly sessions: SessionEnding,
    private readonly devices: KnownDevices,
    private readonly credentials: Credentials,
    private readonly notifier: Notifier,
    private readonly limiter: RateLimiter,
    private readonly limits: LimitsSettings,
    private readonly background: Background,
    private readonly database: Database,
    private readonly units: UnitOfWork,
  ) {}

  /** @param userId whom the token must belong to, if anybody in particular. */
  async complete(input: Fields, userId: string | undefined, from?: RequestSource): Promise<BaseUser> {
    const text = input.text('token', { max: TOKEN_LENGTH });
    if (!input.has('newPassword')) input.fault('newPassword', 'USERS_REQUIRED');
    const isTwice = input.has('verifyPassword');
    if (isTwice && input.raw('verifyPassword') !== input.raw('newPassword')) input.fault('verifyPassword', 'USERS_PASSWORD_MISMATCH');
    input.done();
    if (from !== undefined) await this.limiter.spend(this.limits.confirmations, networkOf(from.ip));
    // Before the costly hash; what counts is decided again inside the unit of work.
    const user = await this.ownerOf(text);
    if (userId !== undefined && userId !== user.id) throw new InvalidTokenError();
    const hash = await this.passwords.hash(await this.policy.check(input.raw('newPassword'), user, 'newPassword'));
    const saved = await this.units.run((work) => this.write(work, { token: text, user, hash, from: from ?? UNKNOWN_SOURCE }));
    this.background.run('Forgiving wrong passwords after a reset', () => this.forgive(saved, from));
    return saved;
  }

  /** @throws InvalidTokenError when it would open nothing. */
  async ownerOf(token: unknown): Promise<BaseUser> {
    const row = await this.tokens.require(this.database, token, 'reset-password');
    const user = await this.users.findById(this.database, row.userId);
    if (row.consumedAt !== null || user?.status !== 'active') throw new InvalidTokenError();
    return user;
  }

  private async write(work: Work, reset: { token: string; user: BaseUser; hash: string; from: RequestSource }): Promise<BaseUser> {
    const { id } = reset.user;
    await this.users.update(work, id, { mustChangePassword: false, updatedAt: work.now });
    const token = await this.tokens.require(work, reset.token, 'reset-password');
    await this.tokens.consume(work, token);
    const user = await this.users.findById(work, id);
    if (user?.status !== 'active') throw new InvalidTokenError();
    await this.passwords.set(work, id, reset.hash, work.now);
    await this.confirmAddress(work, user, token);
    await this.sessions.endAll(work, { userId: id, state: 'all' });
    await this.devices.forgetAll(work, id);
    // A change of address that waits may be the thief's: it dies with his sessions.
    await this.tokens.voidAll(work, id, ['change-email']);
    await work.record(new PasswordReset(work.now, id));
    work.afterCommit(() => this.tell(user, work.now, reset.from));
    return (await this.users.findById(work, id)) as BaseUser;
  }

  /** Who used the link reads the mail of the address it went to. */
  private async confirmAddress(work: Work, user: BaseUser, { sentTo }: OneTimeTokenRow): Promise<void> {
    if (user.emailConfirmedAt !== null || sentTo === null) return;
    const owner = await this.users.find(work, [{ emailKey: sentTo }]);
    if (owner?.id === user.id) await this.users.update(work, user.id, { emailConfirmedAt: work.now });
  }

  /** Whoever kept guessing must not keep out, of all people, him who has just proved that the mailbox is his. */
  private async forgive({ username, email }: BaseUser, from?: RequestSource): Promise<void> {
    for (const name of [username, email]) if (name !== null) await this.credentials.reset(name, from);
  }

  private tell(user: BaseUser, at: Date, from: RequestSource): void {
    const { email } = user;
    if (email === null) return;
    this.background.run('Mailing that a password changed', () =>
      this.notifier.notify({ kind: 'password-changed', to: email, user: factsOf(user), at, othersEnded: true, from }),
    );
  }
}
