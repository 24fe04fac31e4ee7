import { NEST_11_COMPILER, NEST_12_COMPILER } from '../types/starters.js';

/** An app as `nest new` writes it, without its linter and its formatter. */
export interface HostStarter {
  readonly name: string;
  readonly manifest: Readonly<Record<string, unknown>>;
  readonly files: Readonly<Record<string, string>>;
  /** The page that tells its owner what to install. */
  readonly page: string;
  /** How its files import each other. */
  readonly extension: '' | '.js';
}

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

const main = (extension: string): string => `import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module${extension}';

async function bootstrap() {
  const app = await NestFactory.create(AppModule);
  await app.listen(process.env.PORT ?? 3000);
}
${extension === '' ? '' : 'await '}bootstrap();
`;

/** @nestjs/schematics 11.1, TypeScript. */
export const NEST_11_COMMONJS: HostStarter = {
  name: 'Nest 11, CommonJS, TypeORM 0.3, Jest',
  page: 'docs/guides/commonjs.md',
  extension: '',
  manifest: {
    name: 'notes',
    version: '0.0.1',
    private: true,
    // `nest build` and `nest start` do what these two do.
    scripts: { build: 'tsc -p tsconfig.build.json', start: 'tsc -p tsconfig.build.json && node dist/main', test: 'jest' },
    dependencies: {
      '@nestjs/common': '^11.0.1',
      '@nestjs/core': '^11.0.1',
      '@nestjs/platform-express': '^11.0.1',
      'reflect-metadata': '^0.2.2',
      rxjs: '^7.8.1',
    },
    devDependencies: {
      '@nestjs/testing': '^11.0.1',
      '@types/express': '^5.0.0',
      '@types/jest': '^30.0.0',
      '@types/node': '^24.0.0',
      jest: '^30.0.0',
      'ts-jest': '^29.2.5',
      typescript: '^5.7.3',
    },
    jest: {
      moduleFileExtensions: ['js', 'json', 'ts'],
      rootDir: 'src',
      testRegex: '.*\\.spec\\.ts$',
      transform: { '^.+\\.(t|j)s$': 'ts-jest' },
      collectCoverageFrom: ['**/*.(t|j)s'],
      coverageDirectory: '../coverage',
      testEnvironment: 'node',
    },
  },
  files: {
    'tsconfig.json': json({ compilerOptions: NEST_11_COMPILER }),
    'tsconfig.build.json': json({ extends: './tsconfig.json', exclude: ['node_modules', 'test', 'dist', '**/*spec.ts'] }),
    'src/main.ts': main(''),
  },
};

/** @nestjs/schematics 12.0, TypeScript, ES modules. */
export const NEST_12_ESM: HostStarter = {
  name: 'Nest 12, ES modules, TypeORM 1, Vitest',
  page: 'docs/guides/getting-started.md',
  extension: '.js',
  manifest: {
    name: 'notes',
    version: '0.0.1',
    private: true,
    type: 'module',
    scripts: { build: 'tsc -p tsconfig.build.json', start: 'tsc -p tsconfig.build.json && node dist/main', test: 'vitest run' },
    dependencies: {
      '@nestjs/common': '^12.0.1',
      '@nestjs/core': '^12.0.1',
      '@nestjs/platform-express': '^12.0.1',
      'reflect-metadata': '^0.2.2',
      rxjs: '^7.8.1',
    },
    devDependencies: {
      '@nestjs/testing': '^12.0.1',
      '@types/express': '^5.0.0',
      '@types/node': '^24.0.0',
      typescript: '^6.0.2',
      'vite-tsconfig-paths': '^5.1.4',
      vitest: '^4.1.2',
    },
  },
  files: {
    'tsconfig.json': json({ compilerOptions: NEST_12_COMPILER }),
    'tsconfig.build.json': json({
      extends: './tsconfig.json',
      compilerOptions: { rootDir: './src' },
      include: ['src'],
      exclude: ['node_modules', 'test', 'dist', '**/*.spec.ts'],
    }),
    'vitest.config.ts': `import { defineConfig } from 'vitest/config';
import tsconfigPaths from 'vite-tsconfig-paths';

export default defineConfig({
  plugins: [tsconfigPaths()],
  test: { globals: true, root: './', include: ['**/*.spec.ts'] },
});
`,
    'src/main.ts': main('.js'),
  },
};
