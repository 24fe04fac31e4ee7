import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import ts from 'typescript-eslint';

/** A budget for parameters that leaves constructors out: there each parameter is an injected dependency, and DI cannot take an object. */
const tooManyParameters = (kind) => ({
  selector: `:not(MethodDefinition[kind="constructor"]) > ${kind}[params.length>3]`,
  message: 'More than three parameters: take an object.',
});

const parameters = [
  ...['FunctionExpression', 'TSEmptyBodyFunctionExpression', 'ArrowFunctionExpression', 'FunctionDeclaration'].map(tooManyParameters),
  {
    selector: 'MethodDefinition[kind="constructor"] > FunctionExpression[params.length>14]',
    message: 'A class with more than fourteen dependencies does more than one thing.',
  },
];

const wallClock = [
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: 'Take the time from Clock: tests hold it.' },
  { selector: 'CallExpression[callee.name="Date"]', message: 'Take the time from Clock: tests hold it.' },
  {
    selector: 'CallExpression[callee.object.name="Date"][callee.property.name="now"]',
    message: 'Take the time from Clock: tests hold it.',
  },
];

const focused = [
  {
    selector: 'MemberExpression[object.name=/^(it|test|describe)$/][property.name=/^(skip|only|todo|failing)$/]',
    message: 'Every test runs, always. What an engine cannot do is chosen by the runner, not skipped.',
  },
  { selector: 'CallExpression[callee.name=/^(xit|xtest|xdescribe|fit|fdescribe)$/]', message: 'Every test runs, always.' },
];

/** Globals of pages and of scripts in plain JavaScript, by hand: there are few. */
const readonly = (...names) => Object.fromEntries(names.map((name) => [name, 'readonly']));

export default defineConfig(
  // Programs of hosts: they are compiled under the hosts' own settings.
  globalIgnores(['dist', '.sample', 'coverage', 'test/types/host']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [ts.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: 'error',
      'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: 'Take random bytes from RandomSource.' }],
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-ignore': true, 'ts-expect-error': 'allow-with-description' }],
      // A value import that is only used as a type is dropped by the compiler, and with it what DI needs. Files with decorators are left alone.
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // The older of the two TypeORM majors we support knows only the name that the newer calls deprecated.
      '@typescript-eslint/no-deprecated': ['error', { allow: [{ from: 'package', package: 'typeorm', name: 'connection' }] }],
      // Types that follow Register are not what they seem here: a host fills it.
      '@typescript-eslint/no-redundant-type-constituents': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // Code points are what a length limit counts; a settings slice is a plain object behind an abstract class, which is its token.
      '@typescript-eslint/no-misused-spread': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // A Nest module, a row of a space or a token may be nothing but its decorator or its base.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: 'only-allowed-literals' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true, boolean: true } }],
      // An async method without await turns a synchronous throw into a rejection, which is what a port promises.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Two signatures with a sentence each read better than one with a union.
      '@typescript-eslint/unified-signatures': 'off',
    },
  },
  {
    files: ['lib/**/*.ts', 'sample-app/**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 200, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 30, skipBlankLines: true, skipComments: true }],
      'max-depth': ['error', 3],
      'no-restricted-syntax': ['error', ...parameters],
    },
  },
  {
    files: ['lib/**/*.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-syntax': ['error', ...parameters, ...wallClock],
      'no-restricted-imports': [
        'error',
        {
          paths: [
            { name: 'crypto', message: 'Say node:crypto.' },
            { name: 'nestjs-users', message: 'Inside the library imports are relative and go down.' },
          ],
          patterns: [{ regex: '^nestjs-users/', message: 'Inside the library imports are relative and go down.' }],
        },
      ],
    },
  },
  {
    files: ['lib/kernel/system-clock.ts'],
    rules: { 'no-restricted-syntax': ['error', ...parameters] },
  },
  {
    // What comes from a JavaScript caller, from metadata, from the environment or over the wire is not what its type says: here it is checked.
    files: [
      'lib/**/*.options.ts',
      'lib/http/**/*.ts',
      'lib/kernel/fields.ts',
      'lib/kernel/duration.ts',
      'lib/users/user-ref.ts',
      'lib/users/own-*.ts',
    ],
    rules: {
      '@typescript-eslint/no-unnecessary-boolean-literal-compare': 'off',
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-unnecessary-type-conversion': 'off',
    },
  },
  {
    // A migration is a list of tables, frozen: cut in pieces it is harder to compare with the entities.
    files: ['**/migrations/**/*.ts'],
    rules: { 'max-lines-per-function': 'off', '@typescript-eslint/unbound-method': 'off' },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts', 'docs/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...focused],
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      // Tests throw what a careless host throws.
      '@typescript-eslint/only-throw-error': 'off',
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      '@typescript-eslint/no-unnecessary-type-arguments': 'off',
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
      '@typescript-eslint/restrict-template-expressions': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    // What stands before a block of documentation is used by the block.
    files: ['docs/snippets/*.ts'],
    rules: { '@typescript-eslint/no-unused-vars': 'off' },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: {
      globals: readonly(
        'AbortController',
        'AbortSignal',
        'process',
        'console',
        'URL',
        'Buffer',
        'setTimeout',
        'clearTimeout',
        'fetch',
        'performance',
        'setInterval',
        'clearInterval',
      ),
    },
  },
  {
    files: ['sample-app/**/*.js'],
    languageOptions: {
      globals: readonly(
        'document',
        'window',
        'location',
        'history',
        'navigator',
        'sessionStorage',
        'localStorage',
        'FormData',
        'URLSearchParams',
      ),
    },
  },
  { files: ['**/*.cjs'], languageOptions: { sourceType: 'commonjs' } },
);
