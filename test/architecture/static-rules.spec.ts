import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { parse, readSources, type Sources, tree, walk } from './sources.js';

/** Names a fault in a node of a file, or nothing. */
type Rule = (node: ts.Node, path: string) => string | undefined;

/** `path:line fault` for each. */
function faults(sources: Sources, rule: Rule): string[] {
  return [...sources].flatMap(([path, text]) => {
    const file = parse(path, text);
    const found: string[] = [];
    walk(file, (node) => {
      const fault = rule(node, path);
      const line = file.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      if (fault !== undefined) found.push(`${path}:${String(line)} ${fault}`);
    });
    return found;
  });
}

/** `Math.random` of `Math.random()`; `undefined` for what is no chain of names. */
function nameOf(node: ts.Node): string | undefined {
  if (ts.isIdentifier(node)) return node.text;
  return ts.isPropertyAccessExpression(node) ? `${nameOf(node.expression) ?? ''}.${node.name.text}` : undefined;
}

const STATEMENTS = /\.(query|where|andWhere|orWhere|having|andHaving|orHaving|orderBy|addOrderBy|select|addSelect)$/;
/** The migrations and what runs them speak DDL, which takes no parameters: what they put in is names, quoted by the driver, never input. */
const DDL = /^persistence\/migrat/;

const noWallClock: Rule = (node, path) => {
  if (path === 'kernel/system-clock.ts') return undefined;
  if (ts.isNewExpression(node) && nameOf(node.expression) === 'Date' && (node.arguments?.length ?? 0) === 0) return 'new Date()';
  return ts.isCallExpression(node) && ['Date', 'Date.now'].includes(nameOf(node.expression) ?? '') ? 'Date.now()' : undefined;
};
const noWeakRandom: Rule = (node) => (ts.isPropertyAccessExpression(node) && nameOf(node) === 'Math.random' ? 'Math.random' : undefined);
const noConsole: Rule = (node) => (ts.isPropertyAccessExpression(node) && nameOf(node.expression) === 'console' ? 'console' : undefined);
const noValuesInSql: Rule = (node, path) => {
  if (DDL.test(path) || !ts.isCallExpression(node) || !STATEMENTS.test(nameOf(node.expression) ?? lastNameOf(node.expression)))
    return undefined;
  return node.arguments.some(isBuiltText) ? 'a statement put together from text: use parameters' : undefined;
};
/** What turns stored or received text into code, or into objects with behaviour. */
const noRevivedCode: Rule = (node) => {
  if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
    const name = nameOf(node.expression) ?? lastNameOf(node.expression);
    return /^(eval|Function)$|\.(deserialize|runInContext|runInNewContext|runInThisContext)$/.test(name) ? name : undefined;
  }
  if (!ts.isImportDeclaration(node) || !ts.isStringLiteral(node.moduleSpecifier)) return undefined;
  return /^(node:)?(vm|v8)$|serialize|ya?ml|pickle|msgpack/.test(node.moduleSpecifier.text) ? node.moduleSpecifier.text : undefined;
};
const noTopLevelAwait: Rule = (node) => {
  const isAwait = ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier !== undefined);
  return isAwait && !ts.findAncestor(node, ts.isFunctionLike) ? 'top-level await: require() of the package would fail' : undefined;
};
/** Names that a CommonJS wrapper has taken: Jest compiles us to it for hosts on Nest 11, and a function of that name hides the wrapper's. */
const noWrapperNames: Rule = (node) => {
  const isNamed =
    ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node) || ts.isVariableDeclaration(node) || ts.isImportSpecifier(node);
  const name = isNamed && node.name !== undefined && ts.isIdentifier(node.name) ? node.name.text : '';
  const isTop = ts.findAncestor(node.parent, ts.isFunctionLike) === undefined;
  return isTop && /^(require|module|exports|__dirname|__filename)$/.test(name) ? name : undefined;
};
const noLeftOutTest: Rule = (node) => {
  const name = ts.isPropertyAccessExpression(node) ? nameOf(node) : undefined;
  if (name !== undefined && /^(it|test|describe)(\.\w+)*\.(skip|only|todo|failing)$/.test(name)) return name;
  const called = ts.isCallExpression(node) ? nameOf(node.expression) : undefined;
  return called !== undefined && /^(xit|xtest|xdescribe|fit|fdescribe)$/.test(called) ? called : undefined;
};

/** `.query` of `(await x()).query(...)`, where the start is no name. */
const lastNameOf = (node: ts.Node): string => (ts.isPropertyAccessExpression(node) ? `.${node.name.text}` : '');

function isBuiltText(node: ts.Expression): boolean {
  // A name in capitals stands for text that somebody typed into the source.
  if (ts.isTemplateExpression(node))
    return node.templateSpans.some(({ expression }) => !(ts.isIdentifier(expression) && /^[A-Z0-9_]+$/.test(expression.text)));
  return (
    ts.isBinaryExpression(node) &&
    node.operatorToken.kind === ts.SyntaxKind.PlusToken &&
    [node.left, node.right].some(ts.isStringLiteralLike)
  );
}

const ROLES = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*\.ts$/;
const EMPTY_WORDS =
  /^(utils?|helpers?|common|misc|types|interfaces|constants|managers?)$|-(utils?|helpers?|types|constants|manager|impl)$|^abstract-/;

/** A name that says nothing gathers what belongs elsewhere. */
/** `common.rule.ts` is a rule that is called common; `common.ts`, `common/` and `user.types.ts` say nothing. */
function isBadName(name: string): boolean {
  const words = name.replace(/\.ts$/, '').split('.');
  return (words.length === 1 ? words : words.slice(1)).some((word) => EMPTY_WORDS.test(word));
}

const badNames = (sources: Sources): string[] =>
  [...sources.keys()].filter((path) => path.split('/').some(isBadName) || !ROLES.test(path.split('/').at(-1) ?? ''));

/** `ISession`, `SessionImpl`: a name says what a thing is, not what kind of declaration. */
const noDecoratedNames: Rule = (node) => {
  if (!ts.isClassDeclaration(node) && !ts.isInterfaceDeclaration(node) && !ts.isTypeAliasDeclaration(node)) return undefined;
  return /^I[A-Z][a-z]|Impl$|^Abstract/.test(node.name?.text ?? '') ? node.name?.text : undefined;
};

describe('the library', () => {
  const lib = readSources('lib');

  it('reads the time from Clock only', () => expect(faults(lib, noWallClock)).toEqual([]));
  it('takes no randomness that can be guessed', () => expect(faults(lib, noWeakRandom)).toEqual([]));
  it('writes nothing to the console', () => expect(faults(lib, noConsole)).toEqual([]));
  it('puts no value into the text of a statement', () => expect(faults(lib, noValuesInSql)).toEqual([]));
  it('reads JSON back, and nothing that could run [W9]', () => expect(faults(lib, noRevivedCode)).toEqual([]));
  it('can be required: no top-level await', () => expect(faults(lib, noTopLevelAwait)).toEqual([]));
  it('can be compiled to CommonJS: no name of its wrapper', () => expect(faults(lib, noWrapperNames)).toEqual([]));
  it('names its files by what is in them', () => expect(badNames(lib)).toEqual([]));
  it('names no declaration by its kind', () => expect(faults(lib, noDecoratedNames)).toEqual([]));
});

describe('the tests', () => {
  const tests = readSources('test');
  /** `test/types` tests types. */
  const names = new Map([...tests].map(([path, text]) => [path.replace(/^types\//, ''), text]));

  it('all run, always', () => expect(faults(tests, noLeftOutTest)).toEqual([]));
  it('are named by what is in them', () => expect(badNames(names)).toEqual([]));
});

describe('the rules themselves', () => {
  it.each<[string, Rule, string]>([
    ['new Date()', noWallClock, 'const now = new Date();'],
    ['new Date without brackets', noWallClock, 'const now = new Date;'],
    ['Date.now()', noWallClock, 'const now = Date.now();'],
    ['Math.random', noWeakRandom, 'const pick = Math.random;'],
    ['console', noConsole, `console.error('no');`],
    ['a template in query()', noValuesInSql, 'manager.query(`SELECT * FROM t WHERE id = ${id}`);'],
    ['a template in where()', noValuesInSql, 'make().where(`id = ${id}`);'],
    ['a sum in andWhere()', noValuesInSql, `this.a.b.andWhere('id = ' + id);`],
    ['eval', noRevivedCode, 'eval(row.data);'],
    ['a function from text', noRevivedCode, 'const check = new Function(row.data);'],
    ['v8.deserialize', noRevivedCode, 'v8.deserialize(row.data);'],
    ['an import of vm', noRevivedCode, `import { runInNewContext } from 'node:vm';`],
    ['an import of a serialiser', noRevivedCode, `import { unserialize } from 'node-serialize';`],
    ['a top-level await', noTopLevelAwait, 'await start();'],
    ['a function called require', noWrapperNames, 'function require() {}'],
    ['a constant called module', noWrapperNames, 'const module = 1;'],
    ['it.skip', noLeftOutTest, `it.skip('x', () => {});`],
    ['describe.only', noLeftOutTest, `describe.only('x', () => {});`],
    ['it.each.only', noLeftOutTest, `it.only.skip.each([])('x', () => {});`],
    ['xit', noLeftOutTest, `xit('x', () => {});`],
    ['an interface with an I', noDecoratedNames, 'interface ISession {}'],
    ['a class with an Impl', noDecoratedNames, 'class SessionImpl {}'],
  ])('find %s', (_what, rule, text) => expect(faults(tree({ 'a/b.ts': text }), rule)).not.toEqual([]));

  it.each<[string, Rule, string]>([
    ['a date made from a number', noWallClock, 'const at = new Date(row.at);'],
    ['parameters', noValuesInSql, `manager.query('SELECT * FROM t WHERE id = ?', [id]);`],
    ['a constant', noValuesInSql, 'query.andWhere(`${SORT_KEY} > :after`, { after });'],
    ['a statement built once', noValuesInSql, 'manager.query(this.statement, [id]);'],
    ['JSON', noRevivedCode, 'const data = JSON.parse(row.data);'],
    ['an await inside', noTopLevelAwait, 'export async function a() { await b(); }'],
    ['a module inside', noWrapperNames, 'function a() { const module = 1; }'],
    ['it.each', noLeftOutTest, `it.each([1])('x', () => {});`],
    ['a word that begins with I', noDecoratedNames, 'class Issues {}'],
  ])('let %s pass', (_what, rule, text) => expect(faults(tree({ 'a/b.ts': text }), rule)).toEqual([]));

  const bad = [
    'utils.ts',
    'users/helpers.ts',
    'common/a.ts',
    'users/user.types.ts',
    'users/string-utils.ts',
    'UserStore.ts',
    'a/user_store.ts',
  ];
  it.each(bad)('refuse %s', (path) => expect(badNames(tree({ [path]: '' }))).toEqual([path]));

  const good = [
    'define-users.ts',
    'users/user.store.ts',
    'passwords/common-passwords.ts',
    'passwords/rules/common.rule.ts',
    'users/base-user.ts',
    'users/a.e2e-spec.ts',
  ];
  it.each(good)('accept %s', (path) => expect(badNames(tree({ [path]: '' }))).toEqual([]));
});
