/** A test that shows something: its file, and a part of a title in it. */
export interface Proof {
  readonly file: string;
  readonly title: string;
}

/** Number, level, what it asks in our words, and what shows it or the sentence that says why nothing does. */
export type Requirement = readonly [number: string, level: 1 | 2 | 3, asks: string, shownBy: readonly Proof[] | string];

export declare const CHAPTERS: readonly { readonly title: string; readonly rows: readonly Requirement[] }[];
export declare function asvsPage(): string;
