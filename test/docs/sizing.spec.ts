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

  it('takes what a session weighs as the schema page says to plan', () => {
    expect(read('docs/schema.md')).toContain('× devices × 800`');
    expect(sizingOf(results)).toMatch(/^\| 1 000 000 .*\| 2\.4 GB/m);
  });
});
