import { Injectable } from '@nestjs/common';
import { Background } from '../kernel/background.js';
import { Clock } from '../kernel/clock.port.js';
import { NotFoundError } from '../kernel/errors.js';
import { Fields } from '../kernel/fields.js';
import { newId } from '../kernel/id.js';
import { parseEmail } from '../kernel/identifiers.js';
import { RandomSource } from '../kernel/random-source.port.js';
import { type RequestSource, UNKNOWN_SOURCE } from '../kernel/request-source.js';
import { Notifier } from '../notifications/notifier.port.js';
import { PasswordStore } from '../passwords/password.store.js';
import { Database } from '../persistence/database.js';
import { UnitOfWork, type Work } from '../persistence/unit-of-work.js';
import { InvalidSessionError, StepNeededError } from '../sessions/sessions.errors.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { LastSignInError, SocialIdentityTakenError, SocialLinkRefusedError } from '../social-identities/social-identities.errors.js';
import { SocialIdentityLinked, SocialIdentityUnlinked } from '../social-identities/social-identities.events.js';
import { identityOf, type SocialIdentity } from '../social-identities/social-identity.js';
import { SocialIdentityStore } from '../social-identities/social-identity.store.js';
import type { BaseUser } from '../users/base-user.js';
import { factsOf } from '../users/named.js';
import { keysOf, type UserRef } from '../users/user-ref.js';
import { UserStore } from '../users/user.store.js';
import { type ReadProfile, readKey, readProfile, type SocialProfile } from './social-profile.js';

/** What shows that the person at the provider and the user are one, beside an address that the provider verified and that he confirmed here. */
export interface LinkOptions {
  /** The id of the session in which the user himself asks for it, who signed in lately. */
  readonly session?: string | undefined;
  /** Links on the word of the calling code alone: for accounts that come over from another system. @default false */
  readonly allowUnproven?: boolean | undefined;
  readonly from?: RequestSource | undefined;
}

interface Link {
  readonly read: ReadProfile;
  readonly from: RequestSource | undefined;
  /** Whether the user was made just now. @default false */
  readonly isNew?: boolean;
}

/** Ties identities at providers to users, and unties them. An address that nobody has confirmed here ties nothing (pre-account takeover). */
@Injectable()
export class SocialLinks {
  constructor(
    private readonly users: UserStore,
    private readonly identities: SocialIdentityStore,
    private readonly passwords: PasswordStore,
    private readonly sessions: SessionsService,
    private readonly notifier: Notifier,
    private readonly background: Background,
    private readonly database: Database,
    private readonly units: UnitOfWork,
    private readonly clock: Clock,
    private readonly random: RandomSource,
  ) {}

  async findUser(provider: unknown, subject: unknown): Promise<BaseUser | null> {
    const key = readKey(provider, subject);
    const row = key === null ? null : await this.identities.find(this.database, key);
    return row === null ? null : this.users.findById(this.database, row.userId);
  }

  /** @throws NotFoundError. */
  async list(ref: UserRef): Promise<SocialIdentity[]> {
    const { id } = await this.require(ref);
    return (await this.identities.listOf(this.database, id)).map(identityOf);
  }

  /**
   * Idempotent.
   *
   * @throws SocialLinkRefusedError, SocialIdentityTakenError, NotFoundError for nobody and who is not active, InvalidInputError; with `session`
   *   InvalidSessionError, ReauthenticationRequiredError, ActingError, StepNeededError.
   */
  async link(ref: UserRef, profile: SocialProfile, options: LinkOptions = {}): Promise<SocialIdentity> {
    const input = Fields.of(profile);
    const read = readProfile(input);
    input.done();
    const { id } = await this.require(ref);
    const isHimself = options.session !== undefined && (await this.requireOwnSession(id, options.session));
    return this.units.run(async (work) => {
      await this.users.lock(work, id);
      const user = await this.users.findById(work, id);
      if (user?.status !== 'active' || user.isService) throw new NotFoundError();
      if (isHimself) requireNoClaim(user);
      else if (options.allowUnproven !== true && !isConfirmedAddressOf(user, read)) throw new SocialLinkRefusedError();
      return this.write(work, user, { read, from: options.from });
    });
  }

  /** Must run behind the lock of the user's row. @throws SocialIdentityTakenError. */
  async write(work: Work, user: BaseUser, { read, from, isNew = false }: Link): Promise<SocialIdentity> {
    const { provider, subject, email } = read;
    const known = await this.identities.find(work, { provider, subject });
    if (known !== null && known.userId !== user.id) throw new SocialIdentityTakenError();
    if (known !== null) return identityOf(known);
    const row = { id: newId(work.now, this.random), userId: user.id, provider, subject, email, createdAt: work.now, lastUsedAt: null };
    await this.identities.insert(work, row);
    await work.record(new SocialIdentityLinked(work.now, user.id, provider));
    // Who is new knows by what he came in.
    if (!isNew) work.afterCommit(() => this.tell(user, { provider, at: work.now, from: from ?? UNKNOWN_SOURCE }));
    return identityOf(row);
  }

  /**
   * Unties one identity, or without `subject` all at the provider.
   *
   * @returns whether there was one.
   * @throws LastSignInError when no password and no other identity would be left; NotFoundError.
   */
  async unlink(ref: UserRef, provider: unknown, subject?: unknown): Promise<boolean> {
    const { id } = await this.require(ref);
    const key = readKey(provider, subject ?? 'any');
    if (key === null) return false;
    return this.units.run(async (work) => {
      await this.users.lock(work, id);
      const all = await this.identities.listOf(work, id);
      const gone = all.filter((row) => row.provider === key.provider && (subject === undefined || row.subject === key.subject));
      if (gone.length === 0) return false;
      if (gone.length === all.length && !(await this.hasPassword(work, id))) throw new LastSignInError();
      for (const row of gone) {
        await this.identities.delete(work, row.id);
        await work.record(new SocialIdentityUnlinked(work.now, id, row.provider));
      }
      return true;
    });
  }

  private async hasPassword(work: Work, userId: string): Promise<boolean> {
    const password = await this.passwords.find(work, userId);
    return password !== null && password.disabledAt === null;
  }

  /** @throws what shows that it is not he, not now, or not lately. */
  private async requireOwnSession(userId: string, sessionId: string): Promise<true> {
    const session = await this.sessions.find(sessionId);
    if (session?.userId !== userId) throw new InvalidSessionError('not_found');
    if (session.expiresAt !== null && session.expiresAt <= this.clock.now()) throw new InvalidSessionError('expired');
    this.sessions.requireRecentLogin(session);
    if (session.needs.length > 0) throw new StepNeededError(session.needs);
    return true;
  }

  private tell({ email, ...user }: BaseUser, linked: { provider: string; at: Date; from: RequestSource }): void {
    if (email === null) return;
    this.background.run('Mailing about a linked account', () =>
      this.notifier.notify({ kind: 'sign-in-linked', to: email, user: factsOf(user), ...linked }),
    );
  }

  private async require(ref: UserRef): Promise<BaseUser> {
    const user = await this.users.find(this.database, keysOf(ref));
    if (user === null) throw new NotFoundError();
    return user;
  }
}

/** The one case in which an address ties: the provider verified it, and it is the one that the user confirmed. */
export function isConfirmedAddressOf({ email, emailConfirmedAt }: BaseUser, { verified }: ReadProfile): boolean {
  return verified !== null && emailConfirmedAt !== null && email !== null && parseEmail(email)?.key === verified.key;
}

/** Whoever only claims an address may not yet be its reader: what he ties now would be his way in when that one confirms it. */
function requireNoClaim({ email, emailConfirmedAt }: BaseUser): void {
  if (email !== null && emailConfirmedAt === null) throw new StepNeededError(['confirm-email']);
}
