import { Injectable } from '@nestjs/common';
import { Clock } from '../kernel/clock.port.js';
import { NotFoundError } from '../kernel/errors.js';
import { Fields } from '../kernel/fields.js';
import { isId } from '../kernel/id.js';
import { OneTimeTokens } from '../one-time-tokens/one-time-tokens.service.js';
import type { Work } from '../persistence/unit-of-work.js';
import { SessionEnding } from '../sessions/session-ending.js';
import type { BaseUser } from '../users/base-user.js';
import type { UserRef } from '../users/user-ref.js';
import { UserStore } from '../users/user.store.js';
import { UserBanned, UserUnbanned } from '../users/users.events.js';
import { ModeratedActs } from './moderated-acts.js';

export interface BanInput {
  /** For administrators: the user does not see it. At most 500 characters. @default none */
  readonly reason?: string | null;
  /** When the ban ends by itself: a date, an ISO 8601 text with its zone, or milliseconds; `null` for never. @default null */
  readonly until?: Date | string | number | null;
  /** The id of who bans. @default nobody in particular */
  readonly by?: string | null;
}

type Ban = Pick<BaseUser, 'banReason' | 'bannedUntil' | 'bannedById'>;

const MAX_REASON_LENGTH = 500;

/** Keeps users out for a reason and, if wanted, for a time. Nothing is deleted, and a ban ends by itself. */
@Injectable()
export class Bans {
  constructor(
    private readonly acts: ModeratedActs,
    private readonly users: UserStore,
    private readonly sessions: SessionEnding,
    private readonly tokens: OneTimeTokens,
    private readonly clock: Clock,
  ) {}

  /**
   * His sessions end and his open links are void, at once. Again it changes reason and end.
   *
   * @throws NotFoundError, LastAdminError, InvalidInputError.
   */
  async ban(ref: UserRef, details: unknown = {}): Promise<BaseUser> {
    const ban = this.read(Fields.of(details));
    return this.acts.change(ref, (work, user) => this.impose(work, user, ban));
  }

  /** Idempotent. @throws NotFoundError. */
  unban(ref: UserRef): Promise<BaseUser> {
    return this.acts.change(ref, (work, user) => this.lift(work, user));
  }

  /**
   * Bans who is not banned, and lifts the ban of who is.
   *
   * @returns whether he is banned now.
   * @throws NotFoundError, LastAdminError, InvalidInputError.
   */
  async toggle(ref: UserRef, details: unknown = {}): Promise<boolean> {
    const ban = this.read(Fields.of(details));
    const isBanned = await this.acts.run(ref, async (work, user) => {
      const stood = isStanding(user, work.now);
      await (stood ? this.lift(work, user) : this.impose(work, user, ban));
      return !stood;
    });
    if (isBanned === null) throw new NotFoundError();
    return isBanned;
  }

  private read(input: Fields): Ban {
    const banReason = input.raw('reason') === null ? null : (input.optionalText('reason', { max: MAX_REASON_LENGTH }) ?? null);
    const bannedUntil = input.raw('until') === null ? null : (input.optionalInstant('until') ?? null);
    if (bannedUntil !== null && bannedUntil <= this.clock.now()) input.fault('until', 'USERS_NOT_VALID');
    const by = input.raw('by') ?? null;
    if (by !== null && !isId(by)) input.fault('by', 'USERS_NOT_VALID');
    input.done();
    return { banReason, bannedUntil, bannedById: by as string | null };
  }

  private async impose(work: Work, user: BaseUser, ban: Ban): Promise<void> {
    const stands = isStanding(user, work.now);
    if (stands && user.banReason === ban.banReason && user.bannedUntil?.getTime() === ban.bannedUntil?.getTime()) return;
    await this.users.update(work, user.id, { ...ban, bannedAt: stands ? user.bannedAt : work.now, updatedAt: work.now });
    await this.sessions.endAll(work, { userId: user.id, state: 'all' });
    await this.tokens.voidAll(work, user.id, ['reset-password', 'change-email']);
    await work.record(new UserBanned(work.now, user.id, { reason: ban.banReason, until: ban.bannedUntil, byId: ban.bannedById }));
  }

  private async lift(work: Work, user: BaseUser): Promise<void> {
    if (user.bannedAt === null) return;
    const none = { bannedAt: null, bannedUntil: null, banReason: null, bannedById: null };
    await this.users.update(work, user.id, { ...none, updatedAt: work.now });
    if (isStanding(user, work.now)) await work.record(new UserUnbanned(work.now, user.id));
  }
}

/** Also of somebody who is deactivated besides: his status does not tell. */
function isStanding({ bannedAt, bannedUntil }: BaseUser, now: Date): boolean {
  return bannedAt !== null && (bannedUntil === null || bannedUntil > now);
}
