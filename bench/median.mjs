/** Of an even number the upper one: nothing is computed that was not measured. */
export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** What a row says of its rounds. */
export const spreadOf = (values) => ({ measured: median(values), lowest: Math.min(...values), highest: Math.max(...values) });
