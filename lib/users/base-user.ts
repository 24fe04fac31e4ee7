import { FlagColumn, IdColumn, InstantColumn, JsonColumn, RefColumn, TextColumn } from '../persistence/columns.js';
import { type UserView, userView } from './user-view.js';

/** Where a user stands: `pending` has not confirmed yet, `disabled` was deactivated, `banned` is kept out for a reason or a time. */
export type UserStatus = 'pending' | 'active' | 'banned' | 'disabled';

/**
 * What every user has. A host's class extends it and adds columns of its own, on the table `auth_users` or on a name of its own.
 *
 * It never holds a password hash: passwords have a table of their own. Given to `JSON.stringify`, and so returned by a controller, it
 * shows just what the user may see of himself.
 */
export abstract class BaseUser {
  @IdColumn() id!: string;

  /** As typed, trimmed. Unique by its key. */
  @TextColumn(255, { nullable: true }) username!: string | null;
  @TextColumn(255, { nullable: true, select: false }) usernameKey!: string | null;

  /** As typed, trimmed. While `pending` it is only claimed: its key is set when it is confirmed or vouched for. */
  @TextColumn(255, { nullable: true }) email!: string | null;
  @TextColumn(255, { nullable: true, select: false }) emailKey!: string | null;

  /** His user name's key or else his address, empty without both: what lists are sorted by. The store writes it, the table checks it. */
  @TextColumn(255, { select: false }) sortKey!: string;

  @TextColumn(255, { nullable: true }) displayName!: string | null;
  @FlagColumn() isAdmin!: boolean;
  /** A program's account: it has API keys, and cannot sign in. */
  @FlagColumn() isService!: boolean;
  @JsonColumn() roles!: string[] | null;
  @JsonColumn() permissions!: string[] | null;

  /** Free JSON that the user may write over HTTP. `unknown`, because TypeORM's types never end on a recursive one. */
  @JsonColumn() profile!: unknown;
  /** Free JSON that only server code writes and that no route shows: plans, flags, ids of other systems. */
  @JsonColumn() data!: Record<string, unknown> | null;

  @FlagColumn() mustChangePassword!: boolean;
  @InstantColumn({ nullable: true }) activatedAt!: Date | null;
  @InstantColumn({ nullable: true }) emailConfirmedAt!: Date | null;
  @InstantColumn({ nullable: true }) disabledAt!: Date | null;
  @InstantColumn({ nullable: true }) bannedAt!: Date | null;
  @InstantColumn({ nullable: true }) bannedUntil!: Date | null;
  @TextColumn(500, { nullable: true }) banReason!: string | null;
  /** Who banned him; `null` also once that administrator is deleted. */
  @RefColumn({ nullable: true }) bannedById!: string | null;
  @InstantColumn() createdAt!: Date;
  @InstantColumn() updatedAt!: Date;
  @InstantColumn({ nullable: true }) lastLoginAt!: Date | null;

  /** As of the moment the row was read. */
  status!: UserStatus;

  toJSON(): UserView {
    return userView(this, 'self');
  }
}

/** The user class of a host that needs no columns of its own. */
export class User extends BaseUser {}

/** `status` is derived, never stored: a ban ends by itself, and two columns cannot contradict each other. */
export function statusOf(user: BaseUser, now: Date): UserStatus {
  if (user.disabledAt !== null) return 'disabled';
  if (user.bannedAt !== null && (user.bannedUntil === null || user.bannedUntil > now)) return 'banned';
  return user.activatedAt === null ? 'pending' : 'active';
}
