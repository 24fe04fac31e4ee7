import { Injectable } from '@nestjs/common';
import { Fields } from '../kernel/fields.js';
import { OneTimeTokens } from '../one-time-tokens/one-time-tokens.service.js';
import { SessionEnding } from '../sessions/session-ending.js';
import type { BaseUser } from '../users/base-user.js';
import type { UserRef } from '../users/user-ref.js';
import { UserStore } from '../users/user.store.js';
import { BelongingsStore } from '../users/belongings.store.js';
import { OwnColumnsStore } from '../users/own-columns.store.js';
import { AdminChanged, UserAnonymised, UserDeactivated, UserDeleted } from '../users/users.events.js';
import { ModeratedActs } from './moderated-acts.js';

/** What a row says of nobody. */
const NO_PERSON = {
  ...{ username: null, usernameKey: null, email: null, emailKey: null, displayName: null, profile: null, data: null },
  ...{ isAdmin: false, roles: null, permissions: null, mustChangePassword: false, emailConfirmedAt: null, lastLoginAt: null },
  ...{ bannedAt: null, bannedUntil: null, banReason: null, bannedById: null },
} as const;

/** Acts on users that could leave nobody who administrates, and so queue behind one lock. */
@Injectable()
export class ModerationService {
  constructor(
    private readonly acts: ModeratedActs,
    private readonly users: UserStore,
    private readonly sessions: SessionEnding,
    private readonly tokens: OneTimeTokens,
    private readonly belongings: BelongingsStore,
    private readonly ownColumns: OwnColumnsStore,
  ) {}

  /**
   * Keeps a user out and deletes nothing: his sessions end and his open links are void, at once. Idempotent.
   *
   * @throws NotFoundError, LastAdminError.
   */
  deactivate(ref: UserRef): Promise<BaseUser> {
    return this.acts.change(ref, async (work, user) => {
      if (user.disabledAt !== null) return;
      await this.users.update(work, user.id, { disabledAt: work.now, updatedAt: work.now });
      await this.sessions.endAll(work, { userId: user.id, state: 'all' });
      await this.tokens.voidAll(work, user.id, ['reset-password', 'change-email', 'confirm-email', 'invitation']);
      await work.record(new UserDeactivated(work.now, user.id));
    });
  }

  /** Everything of his goes with him, by cascade. @returns whether there was such a user. @throws LastAdminError. */
  async delete(ref: UserRef): Promise<boolean> {
    const isDeleted = await this.acts.run(ref, async (work, { id }) => {
      await this.sessions.endAll(work, { userId: id, state: 'all' });
      // Before the row goes: a handler inside the transaction can still read it, and delete rows of the host's that point to it.
      await work.record(new UserDeleted(work.now, id));
      await this.users.forgetBanner(work, id);
      return this.users.delete(work, id);
    });
    return isDeleted ?? false;
  }

  /**
   * Takes the person out of a user, and leaves the row for what points to it: no name, no address, no password, no session, and nobody
   * can sign in. Columns of the host's are cleared where they may be null. It cannot be undone.
   *
   * @throws NotFoundError, LastAdminError.
   */
  anonymise(ref: UserRef): Promise<BaseUser> {
    return this.acts.change(ref, async (work, { id, disabledAt }) => {
      const own = this.ownColumns.all().filter(({ isNullable }) => isNullable);
      const cleared = Object.fromEntries(own.map(({ name }) => [name, null]));
      await this.sessions.endAll(work, { userId: id, state: 'all' });
      await this.belongings.deleteAll(work, id);
      await this.users.forgetBanner(work, id);
      await this.users.update(work, id, { ...cleared, ...NO_PERSON, disabledAt: disabledAt ?? work.now, updatedAt: work.now });
      await work.record(new UserAnonymised(work.now, id));
    });
  }

  /** Live sessions see it at their next request. @throws NotFoundError, LastAdminError, InvalidInputError. */
  async setAdmin(ref: UserRef, admin = true): Promise<BaseUser> {
    const input = Fields.of({ admin });
    const isAdmin = input.flag('admin');
    input.done();
    return this.acts.change(ref, async (work, user) => {
      if (user.isAdmin === isAdmin) return;
      await this.users.update(work, user.id, { isAdmin, updatedAt: work.now });
      await work.record(new AdminChanged(work.now, user.id, isAdmin));
    });
  }
}
