import type { Row, Selected } from './row-reader.js';

/** How an engine writes several values as one text of JSON. */
export interface Packing {
  /** Around the list of values. */
  readonly array: (values: string) => string;
  /** A column inside it, or `undefined` where JSON would not give what the driver gives: it stands beside it. */
  readonly part: (column: Selected) => string | undefined;
}

/** A function takes a hundred arguments at most, on PostgreSQL; a few more on SQLite. */
const MOST_PACKED = 100;

export const TEXTS: readonly unknown[] = [String, 'varchar', 'character varying', 'text', 'uuid'];
/** What a driver gives as it gives a text or a number of JSON's. */
export const SAME_IN_JSON: readonly unknown[] = [...TEXTS, Boolean, 'int', 'integer'];

/**
 * Rows whose columns come as one text. Forty columns are forty values that a driver makes one by one, each dearer than what `JSON.parse` takes
 * for it. What has a parser in the driver, which the host may have changed, is left to it.
 */
export class PackedRow {
  /** For the list after SELECT. */
  readonly columns: string;
  /** Where in a row stands what the driver reads by itself. */
  private readonly apart: readonly number[];

  constructor(selected: readonly Selected[], { array, part }: Packing) {
    const parts = selected.slice(0, MOST_PACKED).map(part);
    const others = [...selected.entries()].filter(([index]) => parts[index] === undefined);
    this.apart = others.map(([index]) => index);
    // `null` keeps the places of the others.
    const packed = array(parts.map((one) => one ?? 'NULL').join(', '));
    this.columns = [packed, ...others.map(([, { expression }]) => expression)]
      .map((expression, index) => `${expression} AS c${index}`)
      .join(', ');
  }

  /** @returns the row in the order of what was selected. */
  unpack(row: readonly unknown[]): Row {
    const values = JSON.parse(row[0] as string) as unknown[];
    for (const [place, index] of this.apart.entries()) values[index] = row[place + 1];
    return values;
  }
}
