import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ROOT, tree } from '../architecture/sources.js';
import { capabilitiesIn, readTitles, type Title, titlesOf } from './titles.js';

/** A line of the table: number, what it is, our call, the files that prove it. */
interface Row {
  readonly number: string;
  readonly call: string;
  readonly files: readonly string[];
}

const ROW = /^\| *(\d+\.\d+) *\|(.+)\|(.+)\|(.*)\|$/;

const rowsOf = (page: string): Row[] =>
  page.split('\n').flatMap((line) => {
    const [, number, , call, tests] = ROW.exec(line.replaceAll('\\|', '/')) ?? [];
    if (number === undefined) return [];
    return [{ number, call: call?.trim() ?? '', files: [...(tests ?? '').matchAll(/test\/[\w./-]+\.ts/g)].map(([file]) => file) }];
  });

/** Rows that name a file in which no title carries their number (or that is not there). */
const unproven = (rows: readonly Row[], titles: readonly Title[]): string[] =>
  rows.flatMap(({ number, files }) => {
    const proving = titles.filter(({ text }) => capabilitiesIn(text).includes(number)).map(({ file }) => file);
    return files.filter((file) => !proving.includes(file)).map((file) => `[${number}] is not in ${file}`);
  });

/** Titles that carry a number of which the table knows nothing, or whose row does not name their file. */
const unlisted = (rows: readonly Row[], titles: readonly Title[]): string[] => {
  const tags = titles.flatMap(({ file, text }) => capabilitiesIn(text).map((number) => ({ file, number })));
  const stray = tags.filter(({ file, number }) => !rows.some((row) => row.number === number && row.files.includes(file)));
  return [...new Set(stray.map(({ file, number }) => `[${number}] in ${file}`))].sort();
};

describe('docs/capabilities.md', () => {
  const rows = rowsOf(readFileSync(join(ROOT, 'docs/capabilities.md'), 'utf8'));
  const titles = readTitles();

  it('lists each capability once, with our call', () => {
    expect(rows.length).toBeGreaterThan(40);
    expect(rows.filter(({ number }, at) => rows.findIndex((row) => row.number === number) !== at)).toEqual([]);
    expect(rows.filter(({ call }) => call === '')).toEqual([]);
  });

  it('names a test for each', () => expect(rows.filter(({ files }) => files.length === 0).map(({ number }) => number)).toEqual([]));
  it('names only tests that carry the number in a title', () => expect(unproven(rows, titles)).toEqual([]));
  it('misses no test that carries a number', () => expect(unlisted(rows, titles)).toEqual([]));
});

describe('the check of the table itself', () => {
  const rows = rowsOf('| # | what | call | test |\n|---|---|---|---|\n| 3.10 | reset | `reset(a \\| b)` | `test/a.spec.ts` |\n');
  const titles = titlesOf(
    tree({ 'a.spec.ts': `describe('resets', () => { it('[3.10] once', () => {}); it.each([1])(\`[3.1] \${x}\`, () => {}); });` }),
  );

  it('reads rows and titles', () => {
    expect(rows).toEqual([{ number: '3.10', call: '`reset(a / b)`', files: ['test/a.spec.ts'] }]);
    expect(titles.map(({ text }) => text)).toEqual(['resets', '[3.10] once', '[3.1] ${x}']);
  });
  it('finds the tag without a row', () => expect(unlisted(rows, titles)).toEqual(['[3.1] in test/a.spec.ts']));
  it('finds the row whose test does not carry it', () => {
    expect(unproven([{ number: '3.9', call: 'x', files: ['test/a.spec.ts'] }], titles)).toEqual(['[3.9] is not in test/a.spec.ts']);
  });
  it('finds the row whose test is not there', () => {
    expect(unproven([{ number: '3.10', call: 'x', files: ['test/gone.spec.ts'] }], titles)).toEqual(['[3.10] is not in test/gone.spec.ts']);
  });
  it('is content when both agree', () => expect([unproven(rows, titles), unlisted(rows, titles.slice(0, 2))]).toEqual([[], []]));
});
