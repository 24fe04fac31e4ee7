// `npm test`: runs what needs no database once, and the rest on each engine that answers.
//
//   npm test                       everything
//   npm test -- sqlite             one engine only (and it must answer); no suites without an engine
//   npm test -- nest-11            the main part on Nest 11 and TypeORM 0.3, with SQLite, in a copy of the tree
//   npm test -- test/unit/kernel   only the files whose path contains this
//   npm test -- -t 'expires'       options go to Jest
//
// USERS_TEST_POSTGRES_URL, USERS_TEST_MARIADB_URL and USERS_TEST_REDIS_URL say where the servers are.
// USERS_TEST_CHROMIUM says where a Chromium is, when it is in none of the usual places.
// USERS_REQUIRE_ENGINES=sqlite,postgres,mariadb makes an engine that does not answer a failure.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findChromium } from './browser/find-chromium.mjs';
import { ENGINES, probe } from './engines.mjs';
import { layOldPair, NEWEST_PAIR_ONLY } from './old-pair.mjs';
import { findPostgresBinaries } from './postgres-binaries.mjs';
import { findRedisServer, probeRedis } from './redis/redis-server.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/**
 * Folders whose tests touch no database server: some of them use SQLite. A new folder is not in here, so it runs on each engine. `npm run test:full`
 * runs more of what is in model and fuzz, on PostgreSQL too.
 */
const WITHOUT_ENGINE = ['unit', 'architecture', 'packaging', 'docs', 'types', 'model', 'fuzz'];
/**
 * Suites that run once and need something of their own: `registry` to install an app of somebody else's, `postgres-binaries` for a cluster that
 * may be stopped at any moment, `postgres` and `redis` for one that answers, `redis-server` for the program, to stop one of its own. Named in
 * USERS_REQUIRE_ENGINES it is a must.
 */
const NEEDS = {
  'test/packaging/hosts.spec.ts': 'registry',
  'test/packaging/npm-12.spec.ts': 'registry',
  'test/guides/from-better-auth.spec.ts': 'registry',
  'test/crash/postgres-stopped.spec.ts': 'postgres-binaries',
  'test/crash/nodes-killed.spec.ts': ['postgres', 'redis-server'],
};
const WORKERS = process.env.USERS_TEST_WORKERS ?? '2';

const words = process.argv.slice(2);
const firstOption = words.findIndex((word) => word.startsWith('-'));
const options = firstOption < 0 ? [] : words.slice(firstOption);
const names = firstOption < 0 ? words : words.slice(0, firstOption);
const OLD_PAIR = 'nest-11';
const isOldPairNamed = names.includes(OLD_PAIR);
const named = names.filter((name) => name in ENGINES);
const filters = names.filter((name) => !(name in ENGINES) && name !== OLD_PAIR);
/** Naming an engine, or the old pair, asks for its suites and for no others. */
const isPart = named.length > 0 || isOldPairNamed;
const required = (process.env.USERS_REQUIRE_ENGINES ?? '')
  .split(',')
  .filter(Boolean)
  .concat(named, isOldPairNamed ? ['registry'] : []);
const wanted = isPart ? named : Object.keys(ENGINES);

function specs() {
  const paths = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' }).map((path) => path.replaceAll('\\', '/'));
  const found = paths.filter((path) => /\.(e2e-)?spec\.ts$/.test(path)).map((path) => `test/${path}`);
  return found.filter((path) => filters.length === 0 || filters.some((filter) => path.includes(filter.replace(/^\.\//, '')))).sort();
}

/** Each says why it is not there, or null. */
const NEEDED = {
  async registry() {
    const asked = await exitCode(
      spawn('npm', ['view', 'reflect-metadata', 'version', '--fetch-retries=0'], { stdio: 'ignore', shell: process.platform === 'win32' }),
    );
    return asked === 0 ? null : 'the package registry does not answer';
  },
  chromium: async () => (findChromium() === null ? 'there is no Chromium; name one in USERS_TEST_CHROMIUM' : null),
  'postgres-binaries': async () => (findPostgresBinaries() === null ? 'there is no initdb and no pg_ctl' : null),
  postgres: () => probe('postgres'),
  redis: probeRedis,
  'redis-server': async () => (findRedisServer() === null ? 'there is no redis-server' : null),
};

/** The same by folder. */
const FOLDERS_NEED = { 'test/browser/': ['chromium'], 'test/redis/': ['redis', 'redis-server'] };

/** What a suite that runs once needs. Those in a browser and those with Redis run on SQLite. */
function needsOf(path) {
  const folder = Object.keys(FOLDERS_NEED).find((one) => path.startsWith(one));
  return folder === undefined ? [NEEDS[path] ?? []].flat() : FOLDERS_NEED[folder];
}
const needsEngine = (path) => needsOf(path).length === 0 && !WITHOUT_ENGINE.includes(path.split('/')[1]);

/** The folders of tests that run on both pairs. */
const runsOnOldPair = (path) =>
  /^test\/(unit|integration|e2e|migrations)\//.test(path) && !(path in NEEDS) && !NEWEST_PAIR_ONLY.some((part) => path.includes(part));

/** @returns how many tests of one Jest run passed and failed; a suite that could not even start counts as one failure. */
async function run(title, paths, env, { root = ROOT, packages = root } = {}) {
  console.log(`\n== ${title}: ${paths.length} files`);
  const folder = mkdtempSync(join(tmpdir(), 'users-test-'));
  const report = join(folder, 'report.json');
  const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', join(packages, 'node_modules/jest/bin/jest.js')];
  const args = [...jest, '-w', WORKERS, '--json', `--outputFile=${report}`, ...options, '--runTestsByPath', ...paths];
  const code = await exitCode(
    spawn(process.execPath, args, { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'inherit'] }),
  );
  const result = tally(report, code);
  rmSync(folder, { recursive: true, force: true });
  return result;
}

async function runOldPair(paths) {
  const root = layOldPair();
  try {
    return await run('Nest 11 and TypeORM 0.3', paths, { USERS_TEST_ENGINE: 'sqlite' }, { root, packages: dirname(root) });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const exitCode = (child) =>
  new Promise((resolve) => {
    child.on('error', () => resolve(1));
    child.on('close', (code) => resolve(code ?? 1));
  });

function tally(report, code) {
  try {
    const { numPassedTests: passed, numFailedTests, numRuntimeErrorTestSuites: broken } = JSON.parse(readFileSync(report, 'utf8'));
    const failed = numFailedTests + broken;
    // Jest may fail for a reason that is no test's: an obsolete snapshot under --ci, a crash after the last test.
    return { passed, failed: failed === 0 && code !== 0 ? 1 : failed };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

async function main() {
  const all = specs();
  if (all.length === 0) console.log(`No test file matches ${filters.join(' ') || 'test/**/*.spec.ts'}.`);
  const results = [];
  const notRun = [];

  const runsOnce = isPart ? [] : all.filter((path) => !needsEngine(path));
  const old = isOldPairNamed || !isPart ? all.filter(runsOnOldPair) : [];
  for (const need of new Set([...runsOnce.flatMap(needsOf), old.length > 0 && 'registry'].filter(Boolean))) {
    const reason = await NEEDED[need]();
    if (reason !== null) notRun.push({ engine: need, reason });
  }
  const isMissing = (need) => notRun.some(({ engine }) => engine === need);
  const once = runsOnce.filter((path) => !needsOf(path).some(isMissing));
  if (once.length > 0) results.push(await run('without a database', once, {}));

  const perEngine = all.filter(needsEngine);
  for (const engine of perEngine.length > 0 || required.length > 0 ? wanted : []) {
    const reason = await probe(engine);
    if (reason !== null) notRun.push({ engine, reason });
    else if (perEngine.length > 0) results.push(await run(engine, perEngine, { USERS_TEST_ENGINE: engine }));
  }
  if (old.length > 0 && !isMissing('registry')) results.push(await runOldPair(old));
  return { results, notRun };
}

const { results, notRun } = await main();
const missing = notRun.filter(({ engine }) => required.includes(engine));
const sum = (key) => results.reduce((total, result) => total + result[key], 0);
const failed = sum('failed') + missing.length;

console.log('');
for (const { engine, reason } of notRun)
  console.log(`not run: ${engine} (${reason})${required.includes(engine) ? ', but it is required' : ''}`);
console.log(`Tests: ${sum('passed')} passed, ${failed} failed`);
process.exitCode = failed > 0 || sum('passed') === 0 ? 1 : 0;
