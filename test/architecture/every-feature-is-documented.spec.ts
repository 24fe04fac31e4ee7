import { describe, expect, it } from '@jest/globals';
import { readSources, type Sources, tree } from './sources.js';

/** Ground, not a feature: its guarantees are in its docstrings. */
const WITHOUT_PAGE = ['kernel'];

/** The features of a tree: its top folders, and each extension. */
function featuresOf(sources: Sources): string[] {
  const folders = [...sources.keys()].map((path) => path.split('/').slice(0, -1));
  const names = folders.map(([top, inner]) => (top === 'extensions' ? inner : top));
  return [...new Set(names)].filter((name) => name !== undefined && !WITHOUT_PAGE.includes(name)) as string[];
}

const pagesOf = (docs: Sources): string[] => [...docs.keys()].map((path) => path.replace(/\.md$/, ''));

const undocumented = (lib: Sources, docs: Sources): string[] => featuresOf(lib).filter((feature) => !pagesOf(docs).includes(feature));
const orphaned = (lib: Sources, docs: Sources): string[] => pagesOf(docs).filter((page) => !featuresOf(lib).includes(page));

describe('docs/features', () => {
  const [lib, docs] = [readSources('lib'), readSources('docs/features', '.md')];

  it('has a page for each feature folder and each extension', () => expect(undocumented(lib, docs)).toEqual([]));
  it('has no page for a feature that is gone', () => expect(orphaned(lib, docs)).toEqual([]));
  it('has no page that is only a title', () => {
    expect([...docs].filter(([, text]) => text.trim().split('\n').length < 5).map(([path]) => path)).toEqual([]);
  });
});

describe('the documentation rule itself', () => {
  const lib = tree({ 'kernel/id.ts': '', 'index.ts': '', 'users/a.ts': '', 'http/guards/b.ts': '', 'extensions/nodemailer/index.ts': '' });

  it('wants a page for each', () => expect(undocumented(lib, tree({}))).toEqual(['users', 'http', 'nodemailer']));
  it('is content with all of them', () =>
    expect(undocumented(lib, tree({ 'users.md': '', 'http.md': '', 'nodemailer.md': '' }))).toEqual([]));
  it('finds the page without a feature', () => expect(orphaned(lib, tree({ 'users.md': '', 'webhooks.md': '' }))).toEqual(['webhooks']));
});
