import { Injectable } from '@nestjs/common';
import type { Connection } from '../persistence/connection.js';
import { StateStore } from '../persistence/state.store.js';
import type { Work } from '../persistence/unit-of-work.js';
import { UserSearchStore } from '../users/user-search.store.js';
import { RegistrationSettings } from './registration.options.js';

/**
 * Decides, once in the life of a database, who is its first administrator. A row is the marker and its lock: to count the users and then
 * to insert one made sixteen administrators of sixteen racers.
 */
@Injectable()
export class FirstAdmin {
  constructor(
    private readonly state: StateStore,
    private readonly users: UserSearchStore,
    private readonly settings: RegistrationSettings,
  ) {}

  /** Whether `registration.firstAdmin` is this address, by its key. */
  isChosen(sentTo: string | null): boolean {
    return sentTo !== null && sentTo === this.settings.firstAdmin;
  }

  /** Must be the first statement of its unit of work: it takes the lock. */
  lock(work: Work): Promise<void> {
    return this.state.lock(work, 'first-admin');
  }

  /**
   * Claims the place for the user about to become active.
   *
   * @returns `false` when it was claimed before, or when anybody has been active already: a stranger must not become administrator of an
   * app whose users were made by other means.
   */
  async claim(work: Work): Promise<boolean> {
    if ((await this.state.get(work, 'first-admin')) !== null) return false;
    const isFree = !(await this.users.hasEverActive(work));
    await this.state.set(work, 'first-admin', { claimedAt: work.now.toISOString() });
    return isFree;
  }

  /**
   * Claims the place for somebody whom the host chose, by his address or by a link: other users may be active already.
   *
   * @returns `false` when it was claimed before, or when there is an administrator.
   */
  async claimForChosen(work: Work): Promise<boolean> {
    if (!(await this.isOpen(work))) return false;
    await this.state.set(work, 'first-admin', { claimedAt: work.now.toISOString() });
    return true;
  }

  /** Whether {@link claim} would succeed now. It decides nothing: it spares what a claim that must fail would cost before it. */
  async isUntouched(on: Connection): Promise<boolean> {
    return (await this.state.get(on, 'first-admin')) === null && !(await this.users.hasEverActive(on));
  }

  /** Whether nobody has claimed the place and nobody is administrator. */
  async isOpen(on: Connection): Promise<boolean> {
    return (await this.state.get(on, 'first-admin')) === null && (await this.users.count(on, { isAdmin: true })) === 0;
  }
}
