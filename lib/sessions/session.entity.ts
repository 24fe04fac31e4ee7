import { CountColumn, FlagColumn, IdColumn, InstantColumn, JsonColumn, RefColumn, TextColumn } from '../persistence/columns.js';
import type { Acting } from './acting.js';

/** What a session still lacks; until then it can do only that. */
export type SessionNeed = 'second-factor' | 'new-password' | 'confirm-email';
export type SessionKind = 'session' | 'apiKey';

/** One sign-in on one device, or one API key, whose name is its device's. An ended session is a deleted row. */
export abstract class SessionRow {
  @IdColumn() id!: string;
  @RefColumn() userId!: string;
  /** SHA-256 of the token, in hex: nothing replayable is stored. */
  @TextColumn(64) secretHash!: string;
  @TextColumn(16) kind!: SessionKind;
  /** The human behind an impersonation. */
  @RefColumn({ nullable: true }) actorId!: string | null;
  /** What ties this session to another one while somebody acts in another's name; `null` for all others. */
  @JsonColumn() acting!: Acting | null;
  @JsonColumn() needs!: SessionNeed[] | null;
  @InstantColumn() createdAt!: Date;
  @InstantColumn() lastSeenAt!: Date;
  /** The last time the user proved who he is. */
  @InstantColumn() authenticatedAt!: Date;
  /** The absolute end, however busy the session; `null` only where `allowNonExpiring` is on. */
  @InstantColumn({ nullable: true }) endsAt!: Date | null;
  /** A caller chose the end: it does not slide. */
  @FlagColumn() fixed!: boolean;
  @FlagColumn() remember!: boolean;
  @TextColumn(45, { nullable: true }) ip!: string | null;
  @TextColumn(512, { nullable: true }) userAgent!: string | null;
  /** A name the client gave its device. */
  @TextColumn(100, { nullable: true }) deviceName!: string | null;
  @JsonColumn() resourceRoles!: unknown;
  @JsonColumn() data!: unknown;
  /** What an API key is good for; `null` for a session. */
  @JsonColumn() apiKey!: unknown;
  /** How often an API key with a bound number of uses was used. */
  @CountColumn() uses!: number;
}
