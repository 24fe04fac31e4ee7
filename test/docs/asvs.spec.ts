import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { asvsPage, CHAPTERS, type Requirement } from '../../scripts/fill-asvs.mjs';
import { ROOT } from '../architecture/sources.js';
import { readTitles, type Title } from './titles.js';

/** ASVS 5.0.0: the levels of each section's requirements, in order. */
const LEVELS: Readonly<Record<string, string>> = {
  ...{ 6.1: '122', 6.2: '111111112222', 6.3: '11223333', 6.4: '112233', 6.5: '22222333', 6.6: '2223', 6.7: '33', 6.8: '2222' },
  ...{ 7.1: '222', 7.2: '1111', 7.3: '22', 7.4: '11222', 7.5: '223', 7.6: '22' },
  ...{ 8.1: '1233', 8.2: '1123', 8.3: '133', 8.4: '23', 9.1: '111', 9.2: '1222' },
  ...{ 11.1: '2233', 11.2: '22233', 11.3: '11233', 11.4: '1222', 11.5: '23', 11.6: '23', 11.7: '33' },
  ...{ 16.1: '2', 16.2: '22222', 16.3: '2222', 16.4: '222', 16.5: '2223' },
};
/** Of these only what bears on us is on the page. */
const IN_PART: Readonly<Record<string, string>> = { 3.3: '12223', 3.5: '11122333' };

const rows = CHAPTERS.flatMap((chapter) => chapter.rows);

/** Numbers that the standard does not have, or has at another level. */
const unknown = (requirements: readonly Requirement[]): string[] =>
  requirements.flatMap(([number, level]) => {
    const [, section = '', at = ''] = /^(\d+\.\d+)\.(\d+)$/.exec(number) ?? [];
    const levels = LEVELS[section] ?? IN_PART[section] ?? '';
    return levels[Number(at) - 1] === String(level) ? [] : [`${number} (L${level})`];
  });

const missing = (requirements: readonly Requirement[]): string[] => {
  const there = new Set(requirements.map(([number]) => number));
  const all = Object.entries(LEVELS).flatMap(([section, levels]) => [...levels].map((_, at) => `${section}.${at + 1}`));
  return all.filter((number) => !there.has(number));
};

/** Rows whose tests are not there, and rows without tests that say nothing. */
const unproven = (requirements: readonly Requirement[], titles: readonly Title[]): string[] =>
  requirements.flatMap(([number, , , shownBy]) => {
    if (typeof shownBy === 'string') return shownBy.length > 10 && shownBy.endsWith('.') ? [] : [`${number}: say why`];
    if (shownBy.length === 0) return [`${number}: nothing shows it`];
    const isThere = ({ file, title }: { file: string; title: string }): boolean =>
      title.length > 5 && titles.some((one) => one.file === file && one.text.includes(title));
    return shownBy.filter((proof) => !isThere(proof)).map(({ file, title }) => `${number}: ${file} › ${title}`);
  });

const bare = (text: string): string => text.replace(/-{3,}/g, '---').replace(/[ ]+/g, ' ').trim();

describe('docs/asvs.md', () => {
  const titles = readTitles();

  it('has each requirement once, by the number and level of the standard', () => {
    expect(unknown(rows)).toEqual([]);
    expect(rows.map(([number]) => number).filter((number, at, all) => all.indexOf(number) !== at)).toEqual([]);
  });
  it('has the chapters on authentication, sessions, authorization, tokens, cryptography and logging as a whole', () =>
    expect(missing(rows)).toEqual([]));
  it('names tests that are there, or says why there is none', () => expect(unproven(rows, titles)).toEqual([]));
  it('is what scripts/fill-asvs.mjs writes', () => expect(bare(readFileSync(join(ROOT, 'docs/asvs.md'), 'utf8'))).toBe(bare(asvsPage())));
});

describe('the check of the page itself', () => {
  const titles: Title[] = [{ file: 'test/a.spec.ts', text: 'ends every session' }];
  const row = (shownBy: Requirement[3], number = '7.4.1', level: Requirement[1] = 1): Requirement => [number, level, 'x', shownBy];

  it('finds a number and a level that are not the standard’s', () =>
    expect(unknown([row('', '7.4.9'), row('', '7.4.1', 2), row('', '7.4.1')])).toEqual(['7.4.9 (L1)', '7.4.1 (L2)']));
  it('finds what is left out', () => expect(missing(rows.slice(0, -1))).toEqual([rows.at(-1)?.[0]]));
  it('finds a test that is not there, and a row that says nothing', () => {
    const file = 'test/a.spec.ts';
    const bad = [row([{ file, title: 'ends nothing' }]), row([{ file: 'test/b.spec.ts', title: 'ends every' }]), row([]), row('')];
    expect(unproven([row([{ file, title: 'ends every' }]), row('There are no passkeys.')], titles)).toEqual([]);
    expect(unproven(bad, titles)).toHaveLength(4);
  });
});
