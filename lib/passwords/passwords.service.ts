import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../kernel/clock.port.js';
import type { Connection } from '../persistence/connection.js';
import { HashLane } from './hash-lane.js';
import { PasswordHasher } from './password-hasher.port.js';
import { canonicalPassword, faultOfPassword } from './password-input.js';
import type { PasswordRow } from './password.entity.js';
import { PasswordStore } from './password.store.js';
import { PasswordsSettings } from './passwords.options.js';

/** The id of no user: for him the same statements run as for everybody. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** When a user's password was set, and whether too many wrong ones disabled it. */
export interface PasswordState {
  readonly changedAt: Date;
  readonly disabledAt: Date | null;
}

/** Which password was found right: it is current until another one is set. */
export interface PasswordProof {
  readonly changedAt: Date;
}

/** The passwords of users, known by id. What a new one must be is the policy's matter, who may try is the limits'. */
@Injectable()
export class Passwords {
  private readonly logger = new Logger('Passwords');

  constructor(
    private readonly store: PasswordStore,
    private readonly hasher: PasswordHasher,
    private readonly lane: HashLane,
    private readonly settings: PasswordsSettings,
    private readonly clock: Clock,
  ) {}

  /**
   * Hashes a password in NFC. Call it before the unit of work, never inside.
   *
   * @throws UnavailableError when too many hashes are waiting already.
   */
  hash(password: string): Promise<string> {
    return this.lane.run(() => this.hasher.hash(canonicalPassword(password)));
  }

  /**
   * Finds out whether this is the user's password. It costs one look-up, one hash, and for a wrong one an update, whether or not there is such a
   * user, a password, a disabled one or a corrupt hash: time tells nothing. What could be nobody's password (too long, ill-formed) costs
   * none of them, for all alike. A right password whose hash is outdated costs a second hash, once.
   *
   * @param userId `null` when there is no such user.
   * @returns `null` for a wrong, disabled, unreadable or missing password.
   * @throws UnavailableError when too many hashes are waiting already, or the database cannot answer.
   */
  async prove(on: Connection, userId: string | null, password: string): Promise<PasswordProof | null> {
    if (faultOfPassword(password, this.settings.maxLength) !== null) return null;
    const typed = canonicalPassword(password);
    const id = userId ?? NOBODY;
    const row = await this.store.find(on, id);
    const matches = await this.lane.run(() => this.matches(row, typed));
    if (row !== null && matches && row.disabledAt === null) {
      await this.accepted(on, row, typed);
      return { changedAt: row.changedAt };
    }
    await this.store.countFailure(on, id, { limit: this.settings.maxConsecutiveFailures, now: this.clock.now() });
    return null;
  }

  /**
   * Whether a new password is the one that the user has already. It costs one hash and counts nothing, so ask it only for who is about to
   * replace that password: anybody else could guess with it.
   *
   * @throws UnavailableError when too many hashes are waiting already, or the database cannot answer.
   */
  async isUnchanged(on: Connection, userId: string, password: string): Promise<boolean> {
    const row = await this.store.find(on, userId);
    return row !== null && this.lane.run(() => this.hasher.verify(row.hash, canonicalPassword(password)));
  }

  /** Whether what was found right is still the user's password. Ask behind the lock of his row, before acting on the proof. */
  async isCurrent(on: Connection, userId: string, { changedAt }: PasswordProof): Promise<boolean> {
    const row = await this.store.find(on, userId);
    return row !== null && row.disabledAt === null && row.changedAt.getTime() === changedAt.getTime();
  }

  /** Takes the user's password away, if he has one: he chooses another by a reset. */
  async delete(on: Connection, userId: string): Promise<void> {
    await this.store.delete(on, userId);
  }

  /** Stores a hash as the user's password, in the place of any other; a disabled one lives again. */
  // eslint-disable-next-line no-restricted-syntax -- the four that every caller has at hand: where, whose, what, when
  async set(on: Connection, userId: string, hash: string, now: Date): Promise<void> {
    await this.store.upsert(on, userId, { hash, now });
  }

  async has(on: Connection, userId: string): Promise<boolean> {
    return (await this.store.find(on, userId)) !== null;
  }

  /** @returns `null` when the user has no password. */
  async find(on: Connection, userId: string): Promise<PasswordState | null> {
    const row = await this.store.find(on, userId);
    return row === null ? null : { changedAt: row.changedAt, disabledAt: row.disabledAt };
  }

  /** Exactly one hash, whatever the row. */
  private async matches(row: PasswordRow | null, password: string): Promise<boolean> {
    if (row !== null) {
      if (!this.hasher.reads(row.hash))
        this.logger.error(`The stored password hash of user ${row.userId} cannot be read: he needs a reset.`);
      return this.hasher.verify(row.hash, password);
    }
    // Hashing costs what verifying costs, and needs no hash to compare with: already the first unknown user costs one, not two.
    await this.hasher.hash(password).catch(() => null);
    return false;
  }

  /** Writes only what there is to write: an ordinary log-in leaves the row alone. */
  private async accepted(on: Connection, row: PasswordRow, password: string): Promise<void> {
    if (row.failures > 0) await this.store.clearFailures(on, row.userId);
    if (this.hasher.isOutdated(row.hash)) await this.upgrade(on, row, password);
  }

  /** Best effort: the password was right, so nothing here may refuse the log-in. The next one tries again. */
  private async upgrade(on: Connection, { userId, hash }: PasswordRow, password: string): Promise<void> {
    try {
      const upgraded = await this.lane.run(() => this.hasher.hash(password));
      await this.store.replaceHash(on, userId, { from: hash, to: upgraded });
    } catch (error) {
      this.logger.warn(`The password hash of user ${userId} was not upgraded: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
