import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** A tree of files: the path from its root, with slashes, and the text. Rules take one, so that they can be shown bad trees too. */
export type Sources = ReadonlyMap<string, string>;

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The files under a folder of the repository whose names end as asked; an empty tree when there is no such folder. */
export function readSources(folder: string, ending = '.ts'): Sources {
  const files = readdirIfThere(join(ROOT, folder)).filter((path) => path.endsWith(ending) && !path.includes('node_modules'));
  return new Map(files.sort().map((path) => [path, readFileSync(join(ROOT, folder, path), 'utf8')]));
}

function readdirIfThere(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => path.replaceAll('\\', '/'));
  } catch {
    return [];
  }
}

/** A tree written down in a test. */
export const tree = (files: Record<string, string>): Sources => new Map(Object.entries(files));

export const parse = (path: string, text: string): ts.SourceFile => ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);

/** Calls `visit` for each node of a file, comments left out. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  node.forEachChild((child) => walk(child, visit));
}

/** What a file imports, in whatever form: `import`, `export ... from`, `import()`, `import('...').Type`, `require()`. */
export function importsOf(path: string, text: string): string[] {
  const found: string[] = [];
  walk(parse(path, text), (node) => {
    const specifier = specifierOf(node);
    if (specifier !== undefined && ts.isStringLiteralLike(specifier)) found.push(specifier.text);
  });
  return found;
}

function specifierOf(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isImportTypeNode(node)) return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined;
  if (ts.isExternalModuleReference(node)) return node.expression;
  if (!ts.isCallExpression(node)) return undefined;
  const isImport = node.expression.kind === ts.SyntaxKind.ImportKeyword;
  const isRequire = ts.isIdentifier(node.expression) && node.expression.text === 'require';
  return isImport || isRequire ? node.arguments[0] : undefined;
}

/** `path -> specifier` for each import of the tree that a rule refuses. */
export function refused(sources: Sources, isAllowed: (path: string, specifier: string) => boolean): string[] {
  return [...sources].flatMap(([path, text]) =>
    importsOf(path, text)
      .filter((specifier) => !isAllowed(path, specifier))
      .map((specifier) => `${path} -> ${specifier}`),
  );
}

export const isRelative = (specifier: string): boolean => specifier.startsWith('.');

/** The path, from the tree's root, of a relative import. */
export const targetOf = (path: string, specifier: string): string => join(dirname(path), specifier).replaceAll('\\', '/');

/** `@nestjs/common/decorators` is of `@nestjs/common`. */
export const packageOf = (specifier: string): string => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
