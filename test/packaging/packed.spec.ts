import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import manifest from '../../package.json' with { type: 'json' };
import { importsOf, isRelative, packageOf } from '../architecture/sources.js';
import { PackedHost, ROOT } from './packed.js';

const OPTIONAL_PEERS = Object.keys(manifest.peerDependenciesMeta);

describe('the packed package', () => {
  let host: PackedHost;
  beforeAll(() => {
    host = PackedHost.make();
  }, 60_000);
  afterAll(() => host?.remove());

  it('passes publint without a warning', () => {
    const publint = join(ROOT, 'node_modules/publint/src/cli.js');
    expect(() => execFileSync(process.execPath, [publint, 'run', host.tarball, '--strict'], { stdio: 'pipe' })).not.toThrow();
  }, 60_000);

  it('holds the build, the licence and the pages a user needs, and nothing else', () => {
    const top = new Set(host.files().map((path) => path.split('/')[0]));
    expect([...top].sort()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'SECURITY.md', 'dist', 'package.json']);
  });

  it('holds no test, no source and no map to a source outside', () => {
    const stray = host.files().filter((path) => path.startsWith('dist/') && !/(?<!\.(spec|test))\.(js|d\.ts)$/.test(path));
    expect(stray).toEqual([]);
    const mapped = host
      .files()
      .filter((path) => path.endsWith('.js') && readFileSync(join(host.installed, path), 'utf8').includes('sourceMappingURL'));
    expect(mapped).toEqual([]);
  });

  it('names no folder of the machine that built it', () => {
    const texts = host.files().map((path) => [path, readFileSync(join(host.installed, path), 'utf8')] as const);
    expect(texts.filter(([, text]) => text.includes(ROOT)).map(([path]) => path)).toEqual([]);
  });

  it('has types whose main entries import no optional peer', () => {
    const seen = new Set([...reach(host, 'dist/index.d.ts'), ...reach(host, 'dist/extend.d.ts')]);
    expect(seen.size).toBeGreaterThan(0);
    expect([...seen].filter((name) => OPTIONAL_PEERS.includes(name))).toEqual([]);
  });

  it('has types behind a sub-path that speak of its optional peer: it would be seen in the main entries', () => {
    expect([...reach(host, 'dist/extensions/openapi/index.d.ts')].filter((name) => OPTIONAL_PEERS.includes(name))).toContain(
      '@nestjs/swagger',
    );
  });

  it('loads in a CommonJS host by require()', () => {
    host.write('package.json', '{ "name": "host" }');
    host.write(
      'main.cjs',
      `require('reflect-metadata');
       const main = require('nestjs-users');
       const extend = require('nestjs-users/extend');
       const { version } = require('nestjs-users/package.json');
       console.log(JSON.stringify({ module: typeof main.UsersModule, face: Object.keys(extend).length > 0, version }));`,
    );
    expect(JSON.parse(host.run('main.cjs'))).toEqual({ module: 'function', face: true, version: manifest.version });
  });

  it('is one and the same for require() and import', () => {
    host.write(
      'both.cjs',
      `require('reflect-metadata');
       const main = require('nestjs-users');
       import('nestjs-users').then((again) => console.log(main.UsersModule === again.UsersModule));`,
    );
    expect(host.run('both.cjs').trim()).toBe('true');
  });

  it('loads in an ES module host by import', () => {
    host.write('main.mjs', `import 'reflect-metadata'; import { UsersModule } from 'nestjs-users'; console.log(typeof UsersModule);`);
    expect(host.run('main.mjs').trim()).toBe('function');
  });

  it.each([
    ['a CommonJS host', 'boot.cjs', (names: string, from: string) => `const { ${names} } = require('${from}');`],
    ['an ES module host', 'boot.mjs', (names: string, from: string) => `import { ${names} } from '${from}';`],
  ])(
    'works in %s: an app starts, a user is made and logs in, the app ends',
    (_host, file, load) => {
      const main = `
      class App {}
      async function main() {
        const database = { type: 'better-sqlite3', database: ':memory:' };
        const root = { module: App, imports: [UsersModule.forRoot({ database, migrate: true })] };
        const app = await NestFactory.createApplicationContext(root, { logger: false, abortOnError: false });
        await app.get(UsersService, { strict: false }).create({ username: 'ann', password: 'a quiet green harbour' });
        const { user } = await app.get(SessionsService, { strict: false }).login({ login: 'ann', password: 'a quiet green harbour' });
        console.log(user.username);
        await app.close();
      }
      main();`;
      host.write(file, load('NestFactory', '@nestjs/core') + load('SessionsService, UsersModule, UsersService', 'nestjs-users') + main);
      expect(host.run(file).trim()).toBe('ann');
    },
    60_000,
  );

  it('brings a command that runs as the host has it installed', () => {
    const bin = join('node_modules/nestjs-users', manifest.bin);
    expect(readFileSync(join(host.path, bin), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
    const doctor = (url: string): unknown =>
      execFileSync(process.execPath, [join(host.path, bin), 'doctor', '--database', url], { stdio: 'pipe', cwd: host.path });
    expect(() => doctor('postgres://u:p@127.0.0.1:1/x')).toThrow(expect.objectContaining({ status: 3 }));
    expect(() => doctor('nowhere.sqlite')).toThrow(expect.objectContaining({ status: 2 }));
  }, 60_000);

  it('keeps its inside inside', () => {
    host.write(
      'inside.mjs',
      `await import('nestjs-users/dist/index.js').then(() => console.log('open'), (error) => console.log(error.code));`,
    );
    expect(host.run('inside.mjs').trim()).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED');
  });
});

/** The packages that a declaration file and those it imports speak of. */
function reach(host: PackedHost, entry: string): Set<string> {
  const [packages, seen, waiting] = [new Set<string>(), new Set<string>(), [entry]];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    for (const specifier of importsOf(path, readFileSync(join(host.installed, path), 'utf8'))) {
      if (isRelative(specifier)) waiting.push(join(dirname(path), specifier).replace(/\.js$/, '.d.ts'));
      else packages.add(packageOf(specifier));
    }
  }
  return packages;
}
