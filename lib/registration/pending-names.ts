import { Injectable } from '@nestjs/common';
import { Clock } from '../kernel/clock.port.js';
import { after } from '../kernel/duration.js';
import { OneTimeTokens } from '../one-time-tokens/one-time-tokens.service.js';
import { Database } from '../persistence/database.js';
import { UserStore } from '../users/user.store.js';
import { UsernameTakenError } from '../users/users.errors.js';
import { RegistrationSettings } from './registration.options.js';

const PURGE_BATCH = 500;

/** Gives names back that were reserved by registrations which nobody confirmed in time. */
@Injectable()
export class PendingNames {
  constructor(
    private readonly users: UserStore,
    private readonly tokens: OneTimeTokens,
    private readonly database: Database,
    private readonly settings: RegistrationSettings,
    private readonly clock: Clock,
  ) {}

  /** Runs `insert`; when the name turns out to be held by a lapsed registration, frees it and runs `insert` once more. */
  async retrying<T>(usernameKey: string | null, insert: () => Promise<T>): Promise<T> {
    try {
      return await insert();
    } catch (error) {
      if (!(error instanceof UsernameTakenError) || usernameKey === null || !(await this.free(usernameKey))) throw error;
      return insert();
    }
  }

  /** Deletes the registrations that nobody confirmed in time. @returns how many. */
  async purge(): Promise<number> {
    const before = after(this.clock.now(), -this.settings.confirmationLifetime);
    let purged = 0;
    for (let last: string | undefined; ;) {
      const ids = await this.users.findStalePending(this.database, before, { limit: PURGE_BATCH, after: last });
      // One by one: the pool belongs to the requests.
      for (const id of ids) if (await this.deleteLapsed(id)) purged += 1;
      last = ids.at(-1);
      if (ids.length < PURGE_BATCH) return purged;
    }
  }

  private async free(usernameKey: string): Promise<boolean> {
    const holder = await this.users.find(this.database, [{ usernameKey }]);
    return holder?.status === 'pending' && this.deleteLapsed(holder.id);
  }

  /** A link that was sent again, or an invitation's, lives longer than the user's own age tells. */
  private async deleteLapsed(userId: string): Promise<boolean> {
    for (const purpose of ['confirm-email', 'invitation'] as const)
      if ((await this.tokens.findLiving(this.database, userId, purpose)) !== null) return false;
    return this.users.deletePending(this.database, userId);
  }
}
