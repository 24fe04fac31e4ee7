import { existsSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import manifest from '../../package.json' with { type: 'json' };
import { importsOf, isRelative, packageOf, readSources, ROOT } from '../architecture/sources.js';

const PEERS = manifest.peerDependencies as Record<string, string>;
const OPTIONAL_PEERS = Object.keys(manifest.peerDependenciesMeta);
const INSTALLED = { ...manifest.dependencies, ...manifest.optionalDependencies } as Record<string, string>;
const DEV = manifest.devDependencies as Record<string, string>;

/** Optional peers, and the one sub-path behind which each is imported; null where only the host does (`AuthGuard('users-session')`). */
const BEHIND: Record<string, string | null> = {
  '@nestjs/graphql': null,
  '@nestjs/microservices': 'extensions/microservices/',
  '@nestjs/passport': null,
  '@nestjs/swagger': 'extensions/openapi/',
  '@nestjs/websockets': 'extensions/websockets/',
  '@opentelemetry/api': 'extensions/opentelemetry/',
  nodemailer: 'extensions/nodemailer/',
  jose: 'extensions/jwt/',
  redis: 'extensions/redis/',
};

const imports = [...readSources('lib')].flatMap(([path, text]) =>
  importsOf(path, text)
    .filter((specifier) => !isRelative(specifier) && !specifier.startsWith('node:'))
    .map((specifier) => ({ path, name: packageOf(specifier) })),
);

describe('package.json', () => {
  const targets = Object.values(manifest.exports).flatMap((entry) => (typeof entry === 'string' ? [entry] : Object.values(entry)));

  it.each(targets)('exports %s, which the build makes', (target) => expect(existsSync(join(ROOT, target))).toBe(true));

  it('gives require() an entry too: `default`, never `import` alone', () => {
    const entries = Object.values(manifest.exports).filter((entry) => typeof entry !== 'string');
    expect(entries.map((entry) => Object.keys(entry))).toEqual(entries.map(() => ['types', 'default']));
  });

  it('names the Node versions in which require() loads ESM', () => expect(manifest.engines.node).toBe('>=20.19'));

  it('declares everything the library imports', () => {
    const undeclared = imports.filter(({ name }) => !(name in INSTALLED) && !(name in PEERS));
    expect(undeclared.map(({ path, name }) => `${path} -> ${name}`)).toEqual([]);
  });

  it('says node: before what is of Node', () => {
    const bare = [...readSources('lib')].flatMap(([path, text]) =>
      importsOf(path, text)
        .filter(isBuiltin)
        .map((name) => `${path} -> ${name}`),
    );
    expect(bare.filter((line) => !line.includes('-> node:'))).toEqual([]);
  });

  it('declares nothing it does not use', () => {
    // Nest asks for these two at its own start; a package that needs Nest needs them, and a second copy would break decorators.
    const used = new Set([
      'reflect-metadata',
      'rxjs',
      ...OPTIONAL_PEERS.filter((name) => BEHIND[name] === null),
      ...imports.map(({ name }) => name),
    ]);
    expect([...Object.keys(INSTALLED), ...Object.keys(PEERS)].filter((name) => !used.has(name))).toEqual([]);
  });

  it('tests against each peer it names', () => expect(Object.keys(PEERS).filter((name) => !(name in DEV))).toEqual([]));

  it('imports an optional peer only behind its own sub-path', () => {
    const stray = imports.filter(({ path, name }) => OPTIONAL_PEERS.includes(name) && !path.startsWith(BEHIND[name] ?? 'nowhere'));
    expect(stray.map(({ path, name }) => `${path} -> ${name}`)).toEqual([]);
    expect(OPTIONAL_PEERS.sort()).toEqual(Object.keys(BEHIND).sort());
  });

  it('supports the pairs (Nest 11, TypeORM 0.3) and (Nest 12, TypeORM 1)', () => {
    expect(PEERS).toMatchObject({ '@nestjs/common': '^11 || ^12', '@nestjs/core': '^11 || ^12', typeorm: '^0.3.26 || ^1.0' });
  });

  it('approves or denies each install script by name', () => {
    expect(manifest.allowScripts).toMatchObject({ argon2: true, bcrypt: true, 'better-sqlite3': true });
  });
});
