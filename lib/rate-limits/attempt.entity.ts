import { CountColumn, InstantColumn, KeyColumn } from '../persistence/columns.js';

/** How much of one budget is spent. */
export abstract class AttemptRow {
  /** SHA-256 of the budget's key in hex: no address and no identifier stands here in the clear. */
  @KeyColumn(64) key!: string;
  @InstantColumn() windowAt!: Date;
  @CountColumn() count!: number;
  @InstantColumn({ nullable: true }) blockedUntil!: Date | null;
}
