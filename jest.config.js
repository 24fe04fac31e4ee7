import { fileURLToPath } from 'node:url';

const swc = [
  '@swc/jest',
  {
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true },
      // As in the build: with define semantics an entity would have other own keys in the tests than in the package.
      experimental: { keepImportAttributes: true },
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    },
    module: { type: 'es6' },
  },
];

/** @type {import('jest').Config} */
export default {
  rootDir: fileURLToPath(new URL('.', import.meta.url)),
  testEnvironment: '<rootDir>/test/jest/one-realm-environment.mjs',
  runtime: '<rootDir>/test/jest/one-realm-runtime.cjs',
  setupFiles: ['<rootDir>/test/jest/loud-again.mjs'],
  // A test file leaves its own modules behind: a worker that has grown so far is begun anew.
  workerIdleMemoryLimit: '1GB',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': swc },
  testMatch: ['<rootDir>/test/**/*.spec.ts', '<rootDir>/test/**/*.e2e-spec.ts'],
  moduleNameMapper: {
    '^nestjs-users$': '<rootDir>/lib/index.ts',
    '^nestjs-users/extend$': '<rootDir>/lib/extend.ts',
    '^nestjs-users/(audit-log|graphql|jwt|microservices|opentelemetry|redis|websockets)$': '<rootDir>/lib/extensions/$1/index.ts',
    '^nestjs-users/nodemailer$': '<rootDir>/lib/extensions/nodemailer/index.ts',
    '^nestjs-users/openapi$': '<rootDir>/lib/extensions/openapi/index.ts',
    '^nestjs-users/testing$': '<rootDir>/lib/extensions/testing/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.sample'],
  testTimeout: 30_000,
};
