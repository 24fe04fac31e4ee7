import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import manifest from '../../package.json' with { type: 'json' };
import { ROOT } from '../architecture/sources.js';
import { type Block, blocksOf, readPages } from './pages.js';
import { SnippetCompiler } from './snippet-compiler.js';

const TYPESCRIPT = /^(ts|typescript|tsx)\b/;
const SHELL = /^(sh|bash|shell|console)\b/;
/** ```` ```ts no-check: shows the code before the change ````: a reason, or the block is checked. */
const UNCHECKED = /^ts no-check: \S.{14,}$/;

const blocks = [...readPages()].flatMap(([page, text]) => blocksOf(page, text));
const where = ({ page, line, info }: Block): string => `${page}:${String(line)} ${info}`;

/** Commands of a shell block that name a script or a file that is not there. */
function deadCommands({ page, line, text }: Block): string[] {
  const scripts = manifest.scripts as Record<string, string>;
  return text.split('\n').flatMap((command, at) => {
    const named = [...command.matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g)].map(([, run, short]) => run ?? short ?? '');
    const files = [...command.matchAll(/(?:^|[\s&])(?:node |bash )?(\.?[\w-]+\/[\w./-]+\.(?:m?js|sh)|\.ci\/\w+)/g)].map(
      ([, file]) => file ?? '',
    );
    const dead = [
      ...named.filter((name) => !(name in scripts)), // A guide's reader has a `dist` of his own.
      ...files.filter((file) => !file.startsWith('dist/') && !existsSync(join(ROOT, file))),
    ];
    return dead.map((name) => `${page}:${String(line + at)} ${name}`);
  });
}

describe('the documentation', () => {
  it('has pages and blocks', () => expect(blocks.length).toBeGreaterThan(0));

  it('holds only TypeScript that compiles against this library', () => {
    const checked = blocks.filter(({ info }) => TYPESCRIPT.test(info) && !UNCHECKED.test(info));
    expect(new SnippetCompiler().check(checked)).toEqual([]);
  }, 120_000);

  it('says why where a block is not checked', () => {
    const silent = blocks.filter(({ info }) => TYPESCRIPT.test(info) && info !== 'ts' && !UNCHECKED.test(info));
    expect(silent.map(where)).toEqual([]);
  });

  it('names the preambles of its blocks rightly', () => {
    const names = blocks.flatMap(({ page, preambles }) => preambles.map((name) => ({ page, name })));
    expect(names.filter(({ name }) => !existsSync(join(ROOT, 'docs/snippets', name)))).toEqual([]);
  });

  it('tells its reader to run only what is there', () =>
    expect(blocks.filter(({ info }) => SHELL.test(info)).flatMap(deadCommands)).toEqual([]));
});

describe('the check of snippets itself', () => {
  const page = (...lines: string[]) => blocksOf('a.md', lines.join('\n'));
  const compiler = new SnippetCompiler();
  const check = (...lines: string[]) => compiler.check(page(...lines));

  it('finds a type error and names its line', () => {
    expect(check('# A', '', '```ts', 'const a = 1;', `const b: number = 'b';`, '```')).toEqual([expect.stringMatching(/^a\.md:5 TS2322 /)]);
  }, 60_000);

  it('finds a syntax error', () => expect(check('```ts', 'const a = ;', '```')).not.toEqual([]), 60_000);

  it(
    'keeps the names of blocks apart',
    () => expect(check('```ts', 'const a = 1;', '```', '```ts', 'const a = 2;', '```')).toEqual([]),
    60_000,
  );

  it('knows our package by its name', () => {
    expect(check('```ts', `import { NoSuchName } from 'nestjs-users';`, 'void NoSuchName;', '```')).toEqual([
      expect.stringContaining('NoSuchName'),
    ]);
  }, 60_000);

  it('puts the named files before a block', () => {
    const [block] = page('<!-- with: app-user.entity.ts -->', '', '```ts', 'new AppUser().label();', '```');
    expect(block?.preambles).toEqual(['app-user.entity.ts']);
    expect(compiler.check([{ ...block!, text: 'new AppUser().lable();' }])).toEqual([expect.stringMatching(/^a\.md:4 TS2551 /)]);
  }, 60_000);

  it('takes a part of the options as such', () => {
    const fragment = (value: string) => ['<!-- as: options -->', '```ts', `passwordReset: { tokenLifetime: ${value} },`, '```'];
    expect(check(...fragment(`'30m'`))).toEqual([]);
    expect(check(...fragment('1800'))).toEqual([expect.stringMatching(/^a\.md:3 TS2322 /)]);
  }, 60_000);

  it('finds a script that is not there', () => {
    const [block] = page('```sh', 'npm ci && npm start', 'npm run deploy', 'node scripts/nothing.mjs', '.ci/run', '```');
    expect(deadCommands(block!)).toEqual(['a.md:3 deploy', 'a.md:4 scripts/nothing.mjs']);
  });
});
