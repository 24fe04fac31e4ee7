/** What the parts of a whole run have written, by the names of their files in `bench/results`. */
export type Results = Readonly<Record<string, { readonly machine: object; readonly rows: readonly object[] }>>;

export function groupsOf(results: Results): { title: string; bars: { label: string; value: number; isOurs: boolean }[] }[];
export function chartOf(results: Results): string;
