import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { measuredIn, pageWith, sizingOf } from '../../bench/sizing.mjs';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const results = JSON.parse(read('bench/results.json')) as Parameters<typeof sizingOf>[0];

describe('the sizing table', () => {
  it('is computed from the figures of the last whole run, up to 10^8 users and 10^5 requests a second', () => {
    const page = read('docs/guides/multi-node.md');
    expect(pageWith(page, results)).toBe(page);
    expect(page).toMatch(/^\| 100 000 000 \| 100 000 /m);
  });

  it('says of what was not run that it was not measured', () => {
    expect(measuredIn({})).toEqual({ strict: undefined, cached: undefined, logins: undefined });
    expect(sizingOf({})).toContain('not measured guarded requests a second');
  });

  it('divides the log-ins by the cores that hashed, and takes them from the longer of two runs', () => {
    const run = (detail: string, hashes: number) => ({
      machine: { cores: 8 },
      rows: [{ figure: 'P9', engine: 'postgres', detail, hashes }],
    });
    expect(measuredIn({ volume: run('40.0 of 50.0', 1) }).logins).toBe(40);
    expect(measuredIn({ volume: run('40.0 of 50.0', 1), 'volume-full': run('60.0 of 70.0, and more', 3) }).logins).toBe(20);
  });

  it('takes what a session weighs as the schema page says to plan', () => {
    expect(read('docs/schema.md')).toContain('× devices × 800`');
    expect(sizingOf(results)).toMatch(/^\| 1 000 000 .*\| 2\.4 GB/m);
  });
});
