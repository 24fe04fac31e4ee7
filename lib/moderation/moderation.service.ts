import { Injectable } from '@nestjs/common';
import { NotFoundError } from '../kernel/errors.js';
import { Fields } from '../kernel/fields.js';
import { OneTimeTokens } from '../one-time-tokens/one-time-tokens.service.js';
import { Database } from '../persistence/database.js';
import { StateStore } from '../persistence/state.store.js';
import { UnitOfWork, type Work } from '../persistence/unit-of-work.js';
import { SessionEnding } from '../sessions/session-ending.js';
import type { BaseUser } from '../users/base-user.js';
import { keysOf, type UserRef } from '../users/user-ref.js';
import { UserStore } from '../users/user.store.js';
import { LastAdminError } from '../users/users.errors.js';
import { AdminChanged, UserDeactivated, UserDeleted } from '../users/users.events.js';

/**
 * Acts on users that could leave nobody who administrates. They queue behind one row of state: two administrators who demote each other
 * at once would otherwise both succeed, since neither sees the other's uncommitted write.
 */
@Injectable()
export class ModerationService {
  constructor(
    private readonly users: UserStore,
    private readonly state: StateStore,
    private readonly sessions: SessionEnding,
    private readonly tokens: OneTimeTokens,
    private readonly database: Database,
    private readonly units: UnitOfWork,
  ) {}

  /**
   * Keeps a user out and deletes nothing: his sessions end and his open links are void, at once. Idempotent.
   *
   * @throws NotFoundError, LastAdminError.
   */
  deactivate(ref: UserRef): Promise<BaseUser> {
    return this.act(ref, async (work, user) => {
      if (user.disabledAt !== null) return;
      await this.users.update(work, user.id, { disabledAt: work.now, updatedAt: work.now });
      await this.sessions.endAll(work, { userId: user.id, state: 'all' });
      await this.tokens.voidAll(work, user.id, ['reset-password', 'change-email', 'confirm-email', 'invitation']);
      await work.record(new UserDeactivated(work.now, user.id));
    });
  }

  /** Everything of his goes with him, by cascade. @returns whether there was such a user. @throws LastAdminError. */
  async delete(ref: UserRef): Promise<boolean> {
    const found = await this.users.find(this.database, keysOf(ref));
    if (found === null) return false;
    return this.units.run(async (work) => {
      const before = await this.lock(work, found.id);
      if (before === null) return false;
      await this.sessions.endAll(work, { userId: found.id, state: 'all' });
      // Before the row goes: a handler inside the transaction can still read it, and delete rows of the host's that point to it.
      await work.record(new UserDeleted(work.now, found.id));
      await this.users.delete(work, found.id);
      await this.requireAdmin(work, before);
      return true;
    });
  }

  /** Live sessions see it at their next request. @throws NotFoundError, LastAdminError, InvalidInputError. */
  async setAdmin(ref: UserRef, admin = true): Promise<BaseUser> {
    const input = Fields.of({ admin });
    const isAdmin = input.flag('admin');
    input.done();
    return this.act(ref, async (work, user) => {
      if (user.isAdmin === isAdmin) return;
      await this.users.update(work, user.id, { isAdmin, updatedAt: work.now });
      await work.record(new AdminChanged(work.now, user.id, isAdmin));
    });
  }

  private async act(ref: UserRef, change: (work: Work, user: BaseUser) => Promise<void>): Promise<BaseUser> {
    const found = await this.users.find(this.database, keysOf(ref));
    if (found === null) throw new NotFoundError();
    return this.units.run(async (work) => {
      const user = await this.lock(work, found.id);
      if (user === null) throw new NotFoundError();
      await change(work, user);
      await this.requireAdmin(work, user);
      return (await this.users.findById(work, user.id)) as BaseUser;
    });
  }

  /** The state's row first, then the user's: every act takes them in this order, so that none waits for another in a ring. */
  private async lock(work: Work, userId: string): Promise<BaseUser | null> {
    await this.state.lock(work, 'admins');
    await this.users.lock(work, userId);
    return this.users.findById(work, userId);
  }

  /** Only an act on an administrator can leave none: an app may well have none yet. */
  private async requireAdmin(work: Work, before: BaseUser): Promise<void> {
    const wasAdmin = before.isAdmin && before.status === 'active';
    if (wasAdmin && (await this.users.countActiveAdmins(work, work.now)) === 0) throw new LastAdminError();
  }
}
