import type { Selected } from './row-reader.js';

/** What is asked for each id. */
export interface ByIdText {
  readonly selected: readonly Selected[];
  /** Everything from `FROM` to the condition, which is on `column` alone. */
  readonly from: string;
  /** Holds the id, unique. */
  readonly column: string;
}
