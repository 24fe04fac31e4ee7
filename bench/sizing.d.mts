import type { Results } from './chart.mjs';

/** A second each; `undefined` for what was not run. */
export function measuredIn(results: Results): Record<'strict' | 'cached' | 'logins', number | undefined>;
export function sizingOf(results: Results): string;
export function pageWith(page: string, results: Results): string;
