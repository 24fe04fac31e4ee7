import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Guide } from './guide.js';
import { NEST_12_ESM } from './host-starters.js';
import { Npm12 } from './npm-12.js';
import { PackedHost } from './packed.js';

const INSTALL = 900_000;
const GUIDE = new Guide('docs/guides/getting-started.md');
const APPROVAL = GUIDE.below('<!-- npm-12 -->').split('\n');

/** Whether a program of this Node's runs in a folder. */
const runs = (cwd: string, program: string): boolean => spawnSync(process.execPath, ['-e', program], { cwd }).status === 0;
const OPENS_SQLITE = "new (require('better-sqlite3'))(':memory:').prepare('SELECT 1').get()";

describe('npm 12', () => {
  let packed: PackedHost;
  let npm: Npm12;
  let host: string;
  beforeAll(() => {
    packed = PackedHost.make();
    npm = new Npm12();
    host = approvedHost(npm);
  }, INSTALL);
  afterAll(() => packed?.remove());

  it(
    'installs the package beside approved drivers, whose binaries are there',
    () => {
      for (const name of ['package.json', 'package-lock.json']) cpSync(join(host, 'as-filled', name), join(host, name));
      rmSync(join(host, 'node_modules/nestjs-users'), { recursive: true, force: true });
      const { isDone, text } = npm.run(host, 'install', '--no-audit', '--no-fund', '--prefer-offline', packed.tarball);
      expect({ isDone, text: isDone ? '' : text }).toEqual({ isDone: true, text: '' });
      // Ours has no script of its own to approve.
      expect(text).not.toMatch(/nestjs-users@.*\(install/);
      expect(runs(host, OPENS_SQLITE)).toBe(true);
      expect(runs(host, "require('reflect-metadata'); require('nestjs-users')")).toBe(true);
    },
    INSTALL,
  );

  it('blocked the drivers’ scripts until the guide’s command approved them by name', () => {
    const said = readFileSync(join(host, 'as-filled/blocked.txt'), 'utf8');
    expect(said).toMatch(/blocked because they are not covered by allowScripts[^]*better-sqlite3/);
    const { allowScripts } = JSON.parse(readFileSync(join(host, 'as-filled/package.json'), 'utf8')) as { allowScripts: object };
    expect(
      Object.keys(allowScripts)
        .map((name) => name.replace(/(?<=.)@.*/, ''))
        .sort(),
    ).toEqual(['argon2', 'bcrypt', 'better-sqlite3']);
  });
});

/** A Nest 12 host with everything but our package, its drivers approved as the guide says. Kept between runs: it is compiled from nothing. */
function approvedHost(npm: Npm12): string {
  const manifest = JSON.stringify({ ...NEST_12_ESM.manifest, devDependencies: {} });
  const packages = [...GUIDE.installed(), 'argon2', 'bcrypt'];
  const asked = [manifest, ...packages, ...APPROVAL, process.versions.modules, process.platform, process.arch];
  const path = join(tmpdir(), 'nestjs-users-hosts', `npm-12-${createHash('sha256').update(asked.join('\n')).digest('hex').slice(0, 16)}`);
  if (existsSync(path)) return path;
  const draft = `${path}-${String(process.pid)}`;
  mkdirSync(join(draft, 'as-filled'), { recursive: true });
  writeFileSync(join(draft, 'package.json'), manifest);
  const installed = npm.run(draft, 'install', '--no-audit', '--no-fund', ...packages);
  if (!installed.isDone || runs(draft, OPENS_SQLITE))
    throw new Error(`npm 12 did not install, or ran a script that nobody approved:\n${installed.text}`);
  writeFileSync(join(draft, 'as-filled/blocked.txt'), installed.text);
  for (const command of APPROVAL) {
    const { isDone, text } = npm.run(draft, ...command.split(' ').slice(1));
    if (!isDone) throw new Error(`${command}:\n${text}`);
  }
  for (const name of ['package.json', 'package-lock.json']) cpSync(join(draft, name), join(draft, 'as-filled', name));
  renameSync(draft, path);
  return path;
}
