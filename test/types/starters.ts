/** A starter as `nest new` makes it: its module type, and its tsconfig.json as far as a host here can follow it. */
export interface Starter {
  readonly type: 'commonjs' | 'module';
  readonly compilerOptions: CompilerOptions;
}

type CompilerOptions = Readonly<Record<string, unknown>>;

const COMMON = {
  declaration: true,
  removeComments: true,
  emitDecoratorMetadata: true,
  experimentalDecorators: true,
  allowSyntheticDefaultImports: true,
  target: 'ES2023',
  sourceMap: true,
  outDir: './dist',
  incremental: true,
  skipLibCheck: true,
};

const NODENEXT = {
  module: 'nodenext',
  moduleResolution: 'nodenext',
  resolvePackageJsonExports: true,
  esModuleInterop: true,
  isolatedModules: true,
};
const LOOSE = {
  strictNullChecks: true,
  forceConsistentCasingInFileNames: true,
  noImplicitAny: false,
  strictBindCallApply: false,
  noFallthroughCasesInSwitch: false,
};

/** @nestjs/schematics 11.1, word for word. */
export const NEST_11_COMPILER: CompilerOptions = { ...NODENEXT, ...COMMON, baseUrl: './', ...LOOSE };

/** @nestjs/schematics 12.0 with ES modules, word for word. */
export const NEST_12_COMPILER: CompilerOptions = {
  ...NODENEXT,
  ...COMMON,
  rootDir: '.',
  strict: true,
  strictPropertyInitialization: false,
  types: ['vitest/globals', 'node'],
};

/**
 * Without a test runner that the host need not have. `rootDir` stands in for `baseUrl`, which TypeScript 6 refuses; `strict` is off where
 * the starter leaves it off: own types must hold there too.
 */
const underTypeScript6 = (options: CompilerOptions): CompilerOptions => ({
  strict: false,
  ...options,
  baseUrl: undefined,
  rootDir: './src',
  types: ['node'],
});

export const STARTERS: Readonly<Record<string, Starter>> = {
  'Nest 11, CommonJS': { type: 'commonjs', compilerOptions: underTypeScript6(NEST_11_COMPILER) },
  'Nest 12, ES modules': { type: 'module', compilerOptions: underTypeScript6(NEST_12_COMPILER) },
  'Nest 12, CommonJS': { type: 'commonjs', compilerOptions: underTypeScript6({ ...COMMON, ...LOOSE, module: 'commonjs' }) },
};
