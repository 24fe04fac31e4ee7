import ts from 'typescript';
import { parse, readSources, type Sources, walk } from '../architecture/sources.js';

/** A title of a test or of a group of tests. */
export interface Title {
  readonly file: string;
  readonly text: string;
}

/** The titles in a tree of test files, as they are written: a place holder of `it.each` stays one. */
export function titlesOf(sources: Sources, folder = 'test'): Title[] {
  return [...sources].flatMap(([path, text]) => {
    const titles: Title[] = [];
    walk(parse(path, text), (node) => {
      const title = titleOf(node);
      if (title !== undefined) titles.push({ file: `${folder}/${path}`, text: title });
    });
    return titles;
  });
}

function titleOf(node: ts.Node): string | undefined {
  if (!ts.isCallExpression(node) || !/^(it|test|describe)\b/.test(node.expression.getText())) return undefined;
  const [title] = node.arguments;
  if (title === undefined) return undefined;
  if (ts.isStringLiteralLike(title)) return title.text;
  return ts.isTemplateExpression(title) ? title.getText().slice(1, -1) : undefined;
}

/** The titles of all test files of the repository. */
export const readTitles = (): Title[] => titlesOf(readSources('test', 'spec.ts'));

/** `[3.10]` in a title says that the test proves capability 3.10. */
export const capabilitiesIn = (title: string): string[] => [...title.matchAll(/\[(\d+\.\d+)\]/g)].map(([, number]) => number ?? '');
