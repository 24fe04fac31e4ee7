import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ROOT } from '../architecture/sources.js';
import { readPages } from './pages.js';

type Exists = (path: string) => boolean;
type Read = (path: string) => string;

/** Without code: what stands there is no link. */
const prose = (text: string): string => text.replace(/^( *)```[^]*?^\1```/gm, '').replace(/`[^`\n]*`/g, '');

/** The anchors that GitHub makes of a page's headings. */
export function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  const headings = text.replace(/^( *)```[^]*?^\1```/gm, '').matchAll(/^#{1,6} +(.+?) *$/gm);
  for (const [, heading = ''] of headings) {
    const words = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const plain = words.replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '').replaceAll(' ', '-');
    let anchor = plain;
    for (let again = 1; anchors.has(anchor); again += 1) anchor = `${plain}-${again}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** `page: link` for each link of a page that leads nowhere. */
function deadLinks(page: string, text: string, { exists, read }: { exists: Exists; read: Read }): string[] {
  const links = [...prose(text).matchAll(/!?\[[^\]]*\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)/g)].map(([, target = '']) => target);
  const named = [...prose(text).matchAll(/^\[[^\]]+\]: *(\S+)/gm)].map(([, target = '']) => target);
  const images = [...prose(text).matchAll(/<(?:img|a|source)[^>]+?(?:src|href|srcset)="([^"]+)"/g)].map(([, target = '']) => target);
  return [...links, ...named, ...images]
    .filter((target) => !/^(https?:|mailto:)/.test(target))
    .filter((target) => {
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? page : normalize(join(dirname(page), path));
      if (file !== page && !exists(file)) return true;
      return anchor !== undefined && !anchorsOf(file === page ? text : read(file)).has(anchor);
    })
    .map((target) => `${page}: ${target}`);
}

const onDisk = {
  exists: (path: string): boolean => !path.startsWith('..') && existsSync(join(ROOT, path)),
  read: (path: string): string => (statSync(join(ROOT, path)).isFile() ? readFileSync(join(ROOT, path), 'utf8') : ''),
};

describe('the documentation', () => {
  const pages = [...readPages(), ...['CHANGELOG.md', 'sample-app/README.md'].map((path) => [path, onDisk.read(path)] as const)];

  it.each(pages)('%s has no link that leads nowhere', (page, text) => expect(deadLinks(page, text, onDisk)).toEqual([]));

  it('can be reached from its index, page by page', () => {
    const index = onDisk.read('docs/README.md');
    const guides = pages.map(([page]) => page).filter((page) => /^docs\/(guides|features)\//.test(page));
    expect(guides.filter((page) => !index.includes(`(${page.replace('docs/', '')})`))).toEqual([]);
  });
});

describe('the check of links itself', () => {
  const pages: Record<string, string> = {
    'docs/a.md': '# A title, with `code` & signs\n\n## Twice\n\n## Twice\n\n```sh\n# no heading\n```\n',
    'docs/pictures/p.png': '',
  };
  const made = { exists: (path: string) => path in pages, read: (path: string) => pages[path] ?? '' };
  const dead = (text: string) => deadLinks('docs/b.md', text, made);

  it('knows the anchors as GitHub makes them', () =>
    expect([...anchorsOf(pages['docs/a.md']!)]).toEqual(['a-title-with-code--signs', 'twice', 'twice-1']));

  it('passes what leads somewhere', () =>
    expect(dead('[a](a.md) [b](a.md#twice-1) [c](https://x.example) ![p](pictures/p.png) [d](#here)\n# Here\n`[x](y.md)`')).toEqual([]));

  it.each(['[a](c.md)', '[a](a.md#no-heading)', '[a](#nowhere)', '![p](p.png)', '[a]: c.md', '<img alt="" src="p.png">'])(
    'finds %s',
    (text) => expect(dead(text)).toHaveLength(1),
  );
});
