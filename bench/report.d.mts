import type { Results } from './chart.mjs';

export function tableOf(results: Results): string;
export function pageWith(page: string, results: Results): string;
