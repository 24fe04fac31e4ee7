import { IdColumn, InstantColumn, RefColumn, TextColumn } from '../persistence/columns.js';

/** Somebody as a provider knows him, tied to one user. Provider and subject together are there once. */
export abstract class SocialIdentityRow {
  @IdColumn() id!: string;
  @RefColumn() userId!: string;
  /** What the host calls the provider: `google`. */
  @TextColumn(64) provider!: string;
  /** The provider's own name for the person, which never changes: OpenID Connect's `sub`. Compared byte by byte. */
  @TextColumn(255) subject!: string;
  /** The address that the provider told when it was linked, to show which account it is: it decides nothing. */
  @TextColumn(255, { nullable: true }) email!: string | null;
  @InstantColumn() createdAt!: Date;
  @InstantColumn({ nullable: true }) lastUsedAt!: Date | null;
}
