import { JsonColumn, KeyColumn } from './columns.js';

/** Facts about the whole space: that the first administrator was made, the blackout. Its rows are the locks of what concerns everybody. */
export abstract class StateRow {
  @KeyColumn(64) key!: string;
  @JsonColumn() value!: unknown;
}
