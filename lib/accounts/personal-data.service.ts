import { Injectable } from '@nestjs/common';
import { Clock } from '../kernel/clock.port.js';
import { NotFoundError } from '../kernel/errors.js';
import { MAX_PAGE_SIZE } from '../kernel/page.js';
import { ModerationService } from '../moderation/moderation.service.js';
import { OneTimeTokenStore } from '../one-time-tokens/one-time-token.store.js';
import { PasswordStore } from '../passwords/password.store.js';
import { Database } from '../persistence/database.js';
import { EmailChangeService, type WaitingEmailChange } from '../registration/email-change.service.js';
import type { Session } from '../sessions/session.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { identityOf, type SocialIdentity } from '../social-identities/social-identity.js';
import { SocialIdentityStore } from '../social-identities/social-identity.store.js';
import type { BaseUser } from '../users/base-user.js';
import { keysOf, type UserRef } from '../users/user-ref.js';
import { UserStore } from '../users/user.store.js';
import { type UserView, userView } from '../users/user-view.js';

/** What our tables hold about a person, without what opens anything. */
export interface PersonalData {
  readonly exportedAt: Date;
  readonly user: UserView;
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
  /** Since when he has his password; `null` without one. */
  readonly passwordChangedAt: Date | null;
  /** Sessions and API keys, also those that are over but not swept yet. */
  readonly sessions: readonly Session[];
  /** As whom he is known at other providers. */
  readonly identities: readonly SocialIdentity[];
  /** Mailed links: what for, and to which address. */
  readonly links: readonly { purpose: string; sentTo: string | null; createdAt: Date; expiresAt: Date }[];
}

/** What a person may want to know of how he signs in. */
export interface CredentialFacts {
  /** Since when he has his password; `null` without one. */
  readonly passwordChangedAt: Date | null;
  /** The change of address whose link was not opened yet. */
  readonly emailChange: WaitingEmailChange | null;
}

/** A person's right to see what is kept about him, and to be forgotten. */
@Injectable()
export class PersonalDataService {
  constructor(
    private readonly users: UserStore,
    private readonly passwords: PasswordStore,
    private readonly tokens: OneTimeTokenStore,
    private readonly identities: SocialIdentityStore,
    private readonly sessions: SessionsService,
    private readonly emailChange: EmailChangeService,
    private readonly moderation: ModerationService,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** @throws NotFoundError. */
  async export(ref: UserRef): Promise<PersonalData> {
    const user = await this.require(ref);
    const password = await this.passwords.find(this.database, user.id);
    const links = await this.tokens.listOf(this.database, user.id);
    return {
      exportedAt: this.clock.now(),
      user: userView(user, 'self'),
      roles: user.roles ?? [],
      permissions: user.permissions ?? [],
      passwordChangedAt: password?.changedAt ?? null,
      sessions: await this.sessionsOf(user.id),
      identities: (await this.identities.listOf(this.database, user.id)).map(identityOf),
      links: links.map(({ purpose, sentTo, createdAt, expiresAt }) => ({ purpose, sentTo, createdAt, expiresAt })),
    };
  }

  /** @throws NotFoundError. */
  async credentialFacts(ref: UserRef): Promise<CredentialFacts> {
    const user = await this.require(ref);
    const password = await this.passwords.find(this.database, user.id);
    return { passwordChangedAt: password?.changedAt ?? null, emailChange: await this.emailChange.waiting(user.id) };
  }

  /** @throws NotFoundError, LastAdminError. */
  anonymise(ref: UserRef): Promise<BaseUser> {
    return this.moderation.anonymise(ref);
  }

  private async require(ref: UserRef): Promise<BaseUser> {
    const user = await this.users.find(this.database, keysOf(ref));
    if (user === null) throw new NotFoundError();
    return user;
  }

  private async sessionsOf(userId: string): Promise<Session[]> {
    const sessions: Session[] = [];
    for (let after: string | undefined; ;) {
      const { items, next } = await this.sessions.list({ userId, state: 'all', limit: MAX_PAGE_SIZE, after });
      sessions.push(...items.map(ofHis));
      if (next === null) return sessions;
      after = next;
    }
  }
}

/** What belongs to who acted in his name is not his: neither the words, nor the address. */
function ofHis(session: Session): Session {
  return session.actor === null ? session : { ...session, actor: { ...session.actor, reason: '' }, ip: null, userAgent: null };
}
