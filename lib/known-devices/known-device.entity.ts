import { InstantColumn, KeyColumn, RefColumn } from '../persistence/columns.js';

/** A browser that a user has signed in with. */
export abstract class KnownDeviceRow {
  /** SHA-256 of the user's id and the token in the device's cookie, in hex: nothing replayable is stored. */
  @KeyColumn(64) key!: string;
  @RefColumn() userId!: string;
  @InstantColumn() createdAt!: Date;
  /** The last log-in, to within a day. */
  @InstantColumn() lastSeenAt!: Date;
}
