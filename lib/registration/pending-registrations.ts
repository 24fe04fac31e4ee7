import { Injectable } from '@nestjs/common';
import type { Identifier } from '../kernel/identifiers.js';
import type { RequestSource } from '../kernel/request-source.js';
import type { OneTimeTokenRow } from '../one-time-tokens/one-time-token.entity.js';
import { type IssuedToken, OneTimeTokens } from '../one-time-tokens/one-time-tokens.service.js';
import { Passwords } from '../passwords/passwords.service.js';
import type { Connection } from '../persistence/connection.js';
import type { Work } from '../persistence/unit-of-work.js';
import type { BaseUser } from '../users/base-user.js';
import { type UserRow, UserStore } from '../users/user.store.js';
import { UserRegistered } from '../users/users.events.js';
import { UsersSettings } from '../users/users.options.js';
import { ConfirmationMail } from './confirmation-mail.js';
import { RegistrationSettings } from './registration.options.js';

/** What a registration's token holds until it is confirmed. */
interface PendingData extends Record<string, unknown> {
  readonly email: string;
  readonly passwordHash: string | null;
}

export interface PendingAttempt {
  readonly row: UserRow & { id: string };
  readonly email: Identifier;
  readonly passwordHash: string | null;
}

/**
 * Registrations that wait for a confirmation. Each attempt has a user row and a token of its own; the address stays free until one of them
 * is confirmed, so that who registers first with somebody else's address blocks nothing and keeps nothing (pre-hijacking).
 */
@Injectable()
export class PendingRegistrations {
  constructor(
    private readonly users: UserStore,
    private readonly tokens: OneTimeTokens,
    private readonly passwords: Passwords,
    private readonly mail: ConfirmationMail,
    private readonly settings: RegistrationSettings,
    private readonly usersSettings: UsersSettings,
  ) {}

  /** The same statements whether the address is free or taken; a taken one's token is mailed to nobody. */
  async open(work: Work, { row, email, passwordHash }: PendingAttempt, from: RequestSource): Promise<{ expiresAt: Date }> {
    await this.users.insert(work, row);
    const issued = await this.issue(work, { userId: row.id, sentTo: email.key, data: { email: email.shown, passwordHash } });
    if (this.usersSettings.allowUnconfirmedLogin && passwordHash !== null) await this.passwords.set(work, row.id, passwordHash, work.now);
    const owner = await this.users.find(work, [{ emailKey: email.key }]);
    work.afterCommit(() => this.mail.send({ email, owner, user: row, issued, from }));
    await work.record(new UserRegistered(work.now, row.id));
    return { expiresAt: issued.expiresAt };
  }

  /** A new token in the place of the old one, with the same contents. */
  reissue(on: Connection, token: OneTimeTokenRow): Promise<IssuedToken> {
    return this.issue(on, { userId: token.userId, sentTo: token.sentTo ?? '', data: token.data as PendingData });
  }

  /** Another address for a registration that waits: the link to the old one is dead. Nothing is mailed. */
  async readdress(work: Work, userId: string, email: Identifier): Promise<void> {
    const token = await this.tokens.findLiving(work, userId, 'confirm-email');
    if (token === null) return;
    await this.issue(work, { userId, sentTo: email.key, data: { ...(token.data as PendingData), email: email.shown } });
  }

  /** What the confirmed, or vouched-for, token holds is written. @throws EmailTakenError when somebody else has the address by now. */
  async apply(work: Work, user: BaseUser, token: OneTimeTokenRow): Promise<void> {
    const { email, passwordHash } = token.data as PendingData;
    await this.users.update(work, user.id, { email, emailKey: token.sentTo, updatedAt: work.now });
    // One that was set since the registration is the newer: the old one must not come back.
    const isWanted = passwordHash !== null && !(await this.passwords.has(work, user.id));
    if (isWanted) await this.passwords.set(work, user.id, passwordHash, work.now);
  }

  private issue(on: Connection, held: { userId: string; sentTo: string; data: PendingData }): Promise<IssuedToken> {
    return this.tokens.issue(on, { ...held, purpose: 'confirm-email', lifetime: this.settings.confirmationLifetime });
  }
}
