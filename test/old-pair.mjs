// A copy of this tree beside the oldest packages that we support: Nest 11 and TypeORM 0.3, with the GraphQL, Swagger and Passport of their time.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const COPIED = ['docs', 'lib', 'sample-app', 'test', 'CHANGELOG.md', 'README.md', 'jest.config.js', 'package.json'];
/** Compiled by the first install already: the same version has the same binary. */
const COMPILED = ['argon2/build', 'better-sqlite3/build'];
/** What checks the source and the package and not what it does. */
const LEFT_OUT = /eslint|prettier|publint|attw|arethetypeswrong|autocannon|vitest|openapi-typescript$/;
const OLD = { 11: '^11', 13: '^13' };

/** What is left to the newest pair: it meets neither Nest nor TypeORM, or only through what the rest has met. */
export const NEWEST_PAIR_ONLY = [
  // Pure rules.
  'test/unit/bench/',
  'test/unit/kernel/',
  'test/unit/passwords/',
  'test/unit/rate-limits/',
  // The document of the API is made of the same descriptions; `openapi/document.spec.ts` shows that the older @nestjs/swagger takes them.
  'test/integration/openapi/answers.spec.ts',
  // Compiles what `openapi-typescript` makes of the document.
  'test/integration/openapi/generated-client.spec.ts',
  // Fifty rounds of sixteen each: what decides there is the database, by statements that the other suites have sent on this pair.
  '.race.spec.ts',
  // Run the built package under another runner, with the packages of this tree.
  'test/integration/testing/jest-commonjs.spec.ts',
  'test/integration/testing/vitest.spec.ts',
];

/** @returns {Record<string, string>} what the copy asks for. */
function dependencies() {
  const { dependencies, optionalDependencies, devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const all = Object.entries({ ...devDependencies, ...dependencies, ...optionalDependencies }).filter(([name]) => !LEFT_OUT.test(name));
  // TypeORM 0.3 shares a project with no newer redis.
  return { ...Object.fromEntries(all.map(([name, range]) => [name, ageOf(name, range)])), typeorm: '^0.3.26', redis: '^5.8' };
}

/** Each of Nest's packages is one major older: 12 was 11, and the GraphQL of 14 was 13. */
function ageOf(name, range) {
  const major = /^\^(\d+)/.exec(range)?.[1];
  return name.startsWith('@nestjs/') ? (OLD[Number(major) - 1] ?? range) : range;
}

/**
 * Lays the tree where its imports find the old packages. They are kept between runs, by a hash of what is asked for.
 *
 * @returns {string} the copy's root.
 * @throws Error with what npm said.
 */
export function layOldPair() {
  const manifest = JSON.stringify({ name: 'old-pair', private: true, type: 'module', dependencies: dependencies() }, null, 2);
  const key = createHash('sha256').update(`${manifest}\n${process.versions.modules}\n${process.platform}\n${process.arch}`).digest('hex');
  const home = join(tmpdir(), 'nestjs-users-hosts', `old-pair-${key.slice(0, 16)}`);
  if (!existsSync(join(home, 'node_modules'))) install(home, manifest);
  // Below the packages, and of this process: two runs do not write into each other's tree.
  const tree = join(home, `tree-${process.pid}`);
  mkdirSync(tree, { recursive: true });
  for (const name of COPIED) cpSync(join(ROOT, name), join(tree, name), { recursive: true });
  return tree;
}

/** Beside its place first: what was cut short is not taken for whole the next time. */
function install(home, manifest) {
  const draft = `${home}-${process.pid}`;
  mkdirSync(draft, { recursive: true });
  writeFileSync(join(draft, 'package.json'), manifest);
  const command = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
  const { status, stderr } = spawnSync('npm', command, { cwd: draft, encoding: 'utf8', shell: process.platform === 'win32' });
  if (status !== 0) throw new Error(`npm could not install the old pair:\n${stderr}`);
  for (const part of COMPILED) takeCompiled(draft, part);
  rmSync(home, { recursive: true, force: true });
  renameSync(draft, home);
}

function takeCompiled(draft, part) {
  const [name] = part.split('/');
  const version = (root) => JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')).version;
  if (version(draft) === version(ROOT) && existsSync(join(ROOT, 'node_modules', part)))
    return cpSync(join(ROOT, 'node_modules', part), join(draft, 'node_modules', part), { recursive: true });
  const { status, stderr } = spawnSync('npm', ['rebuild', name], { cwd: draft, encoding: 'utf8', shell: process.platform === 'win32' });
  if (status !== 0) throw new Error(`npm could not compile ${name}:\n${stderr}`);
}
