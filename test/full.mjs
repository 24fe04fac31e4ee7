// `npm run test:full`: the suites that make their tests by chance, and those that crash, with many more rounds than `npm test`.
//
//   npm run test:full                       all, on SQLite and PostgreSQL, two at a time
//   npm run test:full -- sqlite             what runs on one of them
//   npm run test:full -- test/model         only the files whose path contains this
//
// A run that is too short to meet anything is no evidence: an engine that does not answer is a failure here.
import { spawn } from 'node:child_process';
import { probe } from './engines.mjs';

/** The longest first, so that none of them is waited for alone. Those without an engine bring their own servers. */
const JOBS = [
  ['test/model/users.spec.ts', 'postgres'],
  ['test/crash/nodes-killed.spec.ts', null],
  ['test/fuzz/requests.spec.ts', 'postgres'],
  ['test/crash/postgres-stopped.spec.ts', null],
  ['test/model/users.spec.ts', 'sqlite'],
  ['test/fuzz/requests.spec.ts', 'sqlite'],
  ['test/crash/app-killed.spec.ts', 'postgres'],
  ['test/crash/app-killed.spec.ts', 'sqlite'],
];
const ENGINES = ['sqlite', 'postgres'];
const AT_ONCE = Number(process.env.USERS_TEST_WORKERS ?? 2);
const JEST = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  'node_modules/jest/bin/jest.js',
  '-i',
  '--runTestsByPath',
];

const seconds = (since) => Math.round((Date.now() - since) / 1_000);

/** One suite in a process of its own; what it says is shown when it is done, so that two do not speak at once. @returns whether it passed. */
function run([path, engine]) {
  const started = Date.now();
  const env = { ...process.env, USERS_TEST_FULL: '1', ...(engine && { USERS_TEST_ENGINE: engine }) };
  const child = spawn(process.execPath, [...JEST, path], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (said += text));
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      const outcome = code === 0 ? 'passed' : `FAILED (${signal ?? code})`;
      console.log(`== ${path}${engine ? ` on ${engine}` : ''}: ${outcome} in ${seconds(started)} s`);
      // The last line of `Tests:` in a log stays that of `npm test`.
      console.log(said.replace(/^(Tests|Test Suites|Snapshots|Time):.*\n|^Ran all.*\n/gm, '').trim());
      resolve(code === 0);
    });
  });
}

const words = process.argv.slice(2);
const engines = words.filter((word) => ENGINES.includes(word));
const paths = words.filter((word) => !ENGINES.includes(word));
const isWanted = ([path, engine]) =>
  (engines.length === 0 || engines.includes(engine)) && (paths.length === 0 || paths.some((part) => path.includes(part)));

const started = Date.now();
let [passed, failed] = [0, 0];
for (const engine of engines.length > 0 ? engines : ENGINES) {
  const reason = await probe(engine);
  if (reason === null) continue;
  console.log(`not run: ${engine} (${reason})`);
  failed += 1;
}
const waiting = failed > 0 ? [] : JOBS.filter(isWanted);
async function work() {
  for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
    if (await run(job)) passed += 1;
    else failed += 1;
  }
}
await Promise.all(Array.from({ length: AT_ONCE }, work));
console.log(`Full: ${passed} suites passed, ${failed} failed in ${seconds(started)} s`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
