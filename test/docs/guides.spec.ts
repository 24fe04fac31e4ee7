import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readSources, ROOT } from '../architecture/sources.js';
import { blocksOf, readPages } from './pages.js';

const pages = [...readPages()];

/** `<!-- is: spa-client.ts -->` above a block: it is that file of docs/snippets, which a test runs. */
const shown = pages.flatMap(([page, text]) =>
  [...text.matchAll(/^<!-- is: (\S+) -->\n\n```\w+\n([^]*?)\n```$/gm)].map(([, file = '', block = '']) => ({ page, file, block })),
);
const marks = pages.flatMap(([, text]) => [...text.matchAll(/^<!-- is: /gm)]);

describe('a block that shows a file of docs/snippets', () => {
  it('is found wherever it is marked', () => {
    expect(shown).toHaveLength(marks.length);
    expect(shown.length).toBeGreaterThan(0);
  });

  it.each(shown)('is $file word for word, in $page', ({ file, block }) =>
    expect(block).toBe(readFileSync(join(ROOT, 'docs/snippets', file), 'utf8').trimEnd()),
  );

  it.each(shown)('is run by the tests of the guides: $file', ({ file }) =>
    expect(readFileSync(join(ROOT, 'test/e2e/guides.e2e-spec.ts'), 'utf8')).toContain(`docs/snippets/${file.replace(/\.ts$/, '.js')}`),
  );
});

/** What stands between the parts that are filled in: `A ${kind} mail was dropped, ${n} so far.` is made of three. */
function isLogged(line: string, sources: string): boolean {
  const words = line.split(/\b(?:reset-password|confirm-email|a…@example\.com|\d+(?= s\.)|\d+)\b|…/).map((part) => part.trim());
  const solid = words.filter((part) => part.length > 6);
  return solid.length > 0 && solid.every((part) => sources.includes(part));
}

describe('a log line of the guides', () => {
  const sources = [...readSources('lib').values()].join('\n').replaceAll("\\'", "'");
  const lines = pages.flatMap(([page, text]) =>
    blocksOf(page, text)
      .filter(({ info }) => info === 'text log')
      .flatMap((block) => block.text.split('\n')),
  );

  it('is one that the library writes', () => {
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.filter((line) => !isLogged(line, sources))).toEqual([]);
  });

  it('would be missed if it were not', () =>
    expect(isLogged('The sessions could not be polished; it will be tried again:', sources)).toBe(false));
});

describe('a code of ours in the guides', () => {
  it('exists', () => {
    const sources = [...readSources('lib').values()].join('\n');
    const guides = pages.filter(([page]) => page.startsWith('docs/guides/') || page === 'README.md');
    const codes = new Set(guides.flatMap(([, text]) => [...text.matchAll(/`(USERS_[A-Z_]+)`/g)].map(([, code]) => code)));
    expect(codes.size).toBeGreaterThan(5);
    expect([...codes].filter((code) => !sources.includes(`'${code}'`))).toEqual([]);
  });
});
