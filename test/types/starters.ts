/** A starter as `nest new` makes it: its tsconfig.json without what concerns a test runner that the host need not have, and its module type. */
export interface Starter {
  readonly type: 'commonjs' | 'module';
  readonly compilerOptions: Readonly<Record<string, unknown>>;
}

const BOTH = {
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
  types: ['node'],
};

const NODENEXT = {
  module: 'nodenext',
  moduleResolution: 'nodenext',
  resolvePackageJsonExports: true,
  esModuleInterop: true,
  isolatedModules: true,
};
const LOOSE = { strictNullChecks: true, forceConsistentCasingInFileNames: true, noImplicitAny: false, strictBindCallApply: false };

/** `rootDir` stands in for `baseUrl`, which TypeScript 6 refuses. `strict` is off where the starter leaves it off: own types must hold there too. */
export const STARTERS: Readonly<Record<string, Starter>> = {
  'Nest 11, CommonJS': { type: 'commonjs', compilerOptions: { ...BOTH, ...NODENEXT, ...LOOSE, strict: false, rootDir: './src' } },
  'Nest 12, ES modules': {
    type: 'module',
    compilerOptions: { ...BOTH, ...NODENEXT, strict: true, strictPropertyInitialization: false, rootDir: './src' },
  },
  'Nest 12, CommonJS': { type: 'commonjs', compilerOptions: { ...BOTH, ...LOOSE, module: 'commonjs', strict: false, rootDir: './src' } },
};
