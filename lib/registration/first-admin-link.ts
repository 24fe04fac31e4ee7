import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock } from '../kernel/clock.port.js';
import { after } from '../kernel/duration.js';
import { Fields } from '../kernel/fields.js';
import { newId } from '../kernel/id.js';
import { RandomSource } from '../kernel/random-source.port.js';
import type { RequestSource } from '../kernel/request-source.js';
import { hashToken, idOfToken, mintToken, sameHash } from '../kernel/secret-token.js';
import { lengthInWords } from '../notifications/mail-facts.js';
import { MailSettings } from '../notifications/notifications.options.js';
import { InvalidTokenError } from '../one-time-tokens/one-time-tokens.errors.js';
import type { Connection } from '../persistence/connection.js';
import { Database } from '../persistence/database.js';
import { StateStore } from '../persistence/state.store.js';
import { UnitOfWork } from '../persistence/unit-of-work.js';
import { networkOf } from '../rate-limits/network-of.js';
import { RateLimiter } from '../rate-limits/rate-limiter.js';
import { LimitsSettings } from '../rate-limits/rate-limits.options.js';
import type { BaseUser } from '../users/base-user.js';
import { FirstAdmin } from './first-admin.js';
import { RegistrationSettings } from './registration.options.js';
import { UserCreation } from './user-creation.js';

const TOKEN_LENGTH = 200;
/** One for each node that starts, and for each start again; the oldest goes first, so that a loop of crashes fills no row. */
const MOST_LINKS = 16;

/** What is stored of a link that was logged. */
interface StoredLink {
  readonly id: string;
  readonly secretHash: string;
  /** ISO 8601. */
  readonly expiresAt: string;
}

/**
 * The link that a start writes into the log while there is no administrator, for whoever can read that log. Each node logs a link of its
 * own; all of them together make one administrator.
 */
@Injectable()
export class FirstAdminLink implements OnApplicationBootstrap {
  private readonly logger = new Logger('UsersModule');

  constructor(
    private readonly firstAdmin: FirstAdmin,
    private readonly creation: UserCreation,
    private readonly state: StateStore,
    private readonly limiter: RateLimiter,
    private readonly limits: LimitsSettings,
    private readonly settings: RegistrationSettings,
    private readonly mail: MailSettings,
    private readonly database: Database,
    private readonly units: UnitOfWork,
    private readonly clock: Clock,
    private readonly random: RandomSource,
  ) {}

  /** A link that cannot be made holds up no start: the app may have its users already. */
  async onApplicationBootstrap(): Promise<void> {
    if (!this.settings.firstAdminLink) return;
    try {
      const url = await this.issue();
      const life = lengthInWords(this.settings.firstAdminLinkLifetime);
      if (url !== null)
        this.logger.log(`Open ${url} to make the first account; it will be the administrator. The link works once, for ${life}.`);
    } catch (error) {
      this.logger.error(
        `The link for the first administrator could not be made: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  /** @returns a new link, or `null` when there is an administrator, or was one. */
  issue(): Promise<string | null> {
    return this.units.run(async (work) => {
      await this.firstAdmin.lock(work);
      if (!(await this.firstAdmin.isOpen(work))) return null;
      const id = newId(work.now, this.random);
      const { token, secretHash } = mintToken('first-admin', id, this.random);
      const expiresAt = after(work.now, this.settings.firstAdminLinkLifetime).toISOString();
      const living = (await this.stored(work)).filter((link) => new Date(link.expiresAt) > work.now).slice(1 - MOST_LINKS);
      await this.state.set(work, 'first-admin-links', [...living, { id, secretHash, expiresAt }]);
      return `${this.mail.urls.setup}#token=${encodeURIComponent(token)}`;
    });
  }

  /**
   * Makes the first administrator, active at once. A body that is refused does not use up the link.
   *
   * @throws InvalidTokenError; RegistrationClosedError for a good link when there is an administrator, or was one; InvalidInputError,
   *   WeakPasswordError, UsernameTakenError, EmailTakenError, TooManyRequestsError.
   */
  async use(body: unknown, from?: RequestSource): Promise<BaseUser> {
    const input = Fields.of(body);
    const token = input.text('token', { max: TOKEN_LENGTH });
    input.done();
    return this.creation.createFirstAdmin(body, {
      check: async () => {
        if (from !== undefined) await this.limiter.spend(this.limits.confirmations, networkOf(from.ip));
        await this.require(this.database, token);
      },
      claim: async (work) => {
        await this.require(work, token);
        return this.firstAdmin.claimForChosen(work);
      },
    });
  }

  /** Used ones stay until they are too old: their owner is told that there is an administrator, and nobody else is. */
  private async require(on: Connection, token: string): Promise<void> {
    const id = idOfToken(token);
    const link = id === null ? undefined : (await this.stored(on)).find((one) => one.id === id);
    const isGood = link !== undefined && sameHash(link.secretHash, hashToken('first-admin', token));
    if (!isGood || new Date(link.expiresAt) <= this.clock.now()) throw new InvalidTokenError();
  }

  private async stored(on: Connection): Promise<readonly StoredLink[]> {
    return ((await this.state.get(on, 'first-admin-links')) ?? []) as readonly StoredLink[];
  }
}
