import { IdColumn, InstantColumn, JsonColumn, RefColumn, TextColumn } from '../persistence/columns.js';

export type TokenPurpose = 'confirm-email' | 'change-email' | 'reset-password' | 'invitation';

/** A mailed token: one living row for each user and purpose, so that a newer one kills the older. */
export abstract class OneTimeTokenRow {
  @IdColumn() id!: string;
  @RefColumn() userId!: string;
  @TextColumn(32) purpose!: TokenPurpose;
  @TextColumn(64) secretHash!: string;
  /** The address it was mailed to: the one it may confirm, whatever the user's row says by then (CVE-2026-32700). */
  @TextColumn(255, { nullable: true }) sentTo!: string | null;
  @JsonColumn() data!: Record<string, unknown> | null;
  @InstantColumn() createdAt!: Date;
  @InstantColumn() expiresAt!: Date;
  @InstantColumn({ nullable: true }) consumedAt!: Date | null;
}
