import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { parse, ROOT, walk } from '../architecture/sources.js';

/** A line of the page: a system's operation, and what does it here. */
interface Line {
  readonly system: string;
  readonly operation: string;
  readonly here: string;
}

/** A test of a line, with its code. */
interface Proof {
  readonly system: string;
  readonly operation: string;
  readonly code: string;
}

const ABSENT = /^not there yet/;

function linesOf(page: string): Line[] {
  return page.split(/^## /m).flatMap((section) => {
    const [heading = ''] = section.split('\n');
    const system = heading.split(':')[0] ?? '';
    const rows = [...section.matchAll(/^\| *`([^`]+)` *\|([^|]*)\|/gm)];
    return rows.map(([, operation = '', here = '']) => ({ system, operation, here: here.trim() }));
  });
}

function proofsOf(text: string): Proof[] {
  const proofs: Proof[] = [];
  walk(parse('coming-from.spec.ts', text), (group) => {
    const system = titled(group, 'describe');
    if (system === undefined) return;
    walk(group, (node) => {
      const title = titled(node, 'it');
      if (title !== undefined) proofs.push({ system, operation: title.split(':')[0] ?? '', code: node.getText() });
    });
  });
  return proofs;
}

function titled(node: ts.Node, name: string): string | undefined {
  if (!ts.isCallExpression(node) || node.expression.getText() !== name) return undefined;
  const [title] = node.arguments;
  return title !== undefined && ts.isStringLiteralLike(title) ? title.text : undefined;
}

const nameOf = ({ system, operation }: Pick<Line, 'system' | 'operation'>): string => `${system} ${operation}`;
const callsIn = (here: string): string[] =>
  [...here.matchAll(/\b(?:users|sessions|resets|attempts|events)\.(\w+)\(/g)].map(([, call = '']) => call);

/** Lines that no test stands for, and calls of a line that its test does not make. */
const unproven = (lines: readonly Line[], proofs: readonly Proof[]): string[] =>
  lines
    .filter(({ here }) => !ABSENT.test(here))
    .flatMap((line) => {
      const proof = proofs.find((one) => nameOf(one) === nameOf(line));
      if (proof === undefined) return [nameOf(line)];
      return callsIn(line.here)
        .filter((call) => !proof.code.includes(`.${call}(`))
        .map((call) => `${nameOf(line)}: ${call}()`);
    });

/** Tests of no line, and of lines that say there is nothing. */
const unlisted = (lines: readonly Line[], proofs: readonly Proof[]): string[] =>
  proofs.map(nameOf).filter((name) => !lines.some((line) => nameOf(line) === name && !ABSENT.test(line.here)));

describe('docs/coming-from.md', () => {
  const lines = linesOf(readFileSync(join(ROOT, 'docs/coming-from.md'), 'utf8'));
  const proofs = proofsOf(readFileSync(join(ROOT, 'test/integration/coming-from/coming-from.spec.ts'), 'utf8'));

  it('lists each operation once', () => {
    const names = lines.map(nameOf);
    expect(names.length).toBeGreaterThan(65);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });
  it('has no line without a test that makes its calls', () => expect(unproven(lines, proofs)).toEqual([]));
  it('misses no test', () => expect(unlisted(lines, proofs)).toEqual([]));
});

describe('the check of the page itself', () => {
  const lines = linesOf(
    '# T\n## Old: `Users`\n| operation | here |\n|---|---|\n| `add` | `users.create(input)` | x |\n| `sub` | not there yet | |\n',
  );
  const made = (title: string, code: string): Proof[] => proofsOf(`describe('Old', () => { it('${title}: works', () => { ${code} }); });`);

  it('reads lines and tests', () => {
    expect(lines).toEqual([
      { system: 'Old', operation: 'add', here: '`users.create(input)`' },
      { system: 'Old', operation: 'sub', here: 'not there yet' },
    ]);
    expect(made('add', '').map(nameOf)).toEqual(['Old add']);
  });
  it('is content when they agree', () => {
    const proofs = made('add', 'host.users.create({})');
    expect([unproven(lines, proofs), unlisted(lines, proofs)]).toEqual([[], []]);
  });
  it('finds the line without a test', () => expect(unproven(lines, [])).toEqual(['Old add']));
  it('finds the call that is not made', () => expect(unproven(lines, made('add', 'host.users.find({})'))).toEqual(['Old add: create()']));
  it('finds the test of what is not there', () => expect(unlisted(lines, made('sub', ''))).toEqual(['Old sub']));
});
