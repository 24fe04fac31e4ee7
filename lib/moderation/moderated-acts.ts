import { Injectable } from '@nestjs/common';
import { NotFoundError } from '../kernel/errors.js';
import { Database } from '../persistence/database.js';
import { StateStore } from '../persistence/state.store.js';
import { UnitOfWork, type Work } from '../persistence/unit-of-work.js';
import type { BaseUser } from '../users/base-user.js';
import { keysOf, type UserRef } from '../users/user-ref.js';
import { UserStore } from '../users/user.store.js';
import { LastAdminError } from '../users/users.errors.js';

type Act<T> = (work: Work, user: BaseUser) => Promise<T>;

/**
 * Runs acts that could leave nobody who administrates. They queue behind one row of state: two administrators who demote each other at
 * once would otherwise both succeed, since neither sees the other's uncommitted write.
 */
@Injectable()
export class ModeratedActs {
  constructor(
    private readonly users: UserStore,
    private readonly state: StateStore,
    private readonly database: Database,
    private readonly units: UnitOfWork,
  ) {}

  /** @returns what `act` does, or `null` when there is no such user. @throws LastAdminError. */
  async run<T>(ref: UserRef, act: Act<T>): Promise<T | null> {
    const found = await this.users.find(this.database, keysOf(ref));
    if (found === null) return null;
    return this.units.run(async (work) => {
      const user = await this.lock(work, found.id);
      if (user === null) return null;
      const result = await act(work, user);
      await this.requireAdmin(work, user);
      return result;
    });
  }

  /** As {@link run}. @returns the user as he is afterwards. @throws NotFoundError, LastAdminError. */
  async change(ref: UserRef, act: Act<unknown>): Promise<BaseUser> {
    const changed = await this.run(ref, async (work, user) => {
      await act(work, user);
      return (await this.users.findById(work, user.id)) as BaseUser;
    });
    if (changed === null) throw new NotFoundError();
    return changed;
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
