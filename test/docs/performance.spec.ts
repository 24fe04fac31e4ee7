import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { pageWith, tableOf } from '../../bench/report.mjs';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const results = JSON.parse(read('bench/results.json')) as Parameters<typeof tableOf>[0];

describe('the figures in the docs', () => {
  it('are those of the last whole run, each with its target and its verdict', () => {
    const page = read('docs/guides/performance.md');
    expect(pageWith(page, results)).toBe(page);
    for (const figure of ['P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7', 'P8', 'P9', 'P10', 'P11', 'P12', 'P13', 'P14', 'P15', 'P16', 'P17'])
      expect(page).toMatch(new RegExp(`^\\| ${figure} .*\\| (met|missed|no target) `, 'm'));
  });

  it('say of what was not run that it was not', () => {
    const row = { figure: 'P9', engine: 'postgres', verdict: 'not run: no server' };
    expect(tableOf({ volume: { machine: {}, rows: [row] } })).toContain('| not run: no server |');
  });

  it('hold the rows of both sizes, one beside the other', () => {
    const run = (size: string) => ({
      machine: {},
      rows: ['sqlite', 'postgres'].map((engine) => ({ figure: 'P13', what: 'a purge', engine, size, measured: 1, verdict: 'met' })),
    });
    const lines = tableOf({ volume: run('small'), 'volume-full': run('large') }).split('\n');
    const cells = lines.slice(2).map((line) => line.split('|').map((cell) => cell.trim()));
    expect(cells.map((row) => [row[3], row[7]])).toEqual([
      ['sqlite', 'small'],
      ['sqlite', 'large'],
      ['postgres', 'small'],
      ['postgres', 'large'],
    ]);
  });
});
