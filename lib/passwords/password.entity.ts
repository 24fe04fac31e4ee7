import { CountColumn, IdColumn, InstantColumn, TextColumn } from '../persistence/columns.js';

/** A user's password. A table of its own, so that no read of a user can bring a hash along. */
export abstract class PasswordRow {
  @IdColumn() userId!: string;
  /** A self-describing string: PHC format, or the form in which another system left it. */
  @TextColumn(512) hash!: string;
  @InstantColumn() changedAt!: Date;
  /** Consecutive wrong passwords; no window resets it, only a right one (NIST SP 800-63B-4, section 3.2.2). */
  @CountColumn() failures!: number;
  /** Set at the hundredth consecutive failure: refused until a reset, while sessions live on. */
  @InstantColumn({ nullable: true }) disabledAt!: Date | null;
}
