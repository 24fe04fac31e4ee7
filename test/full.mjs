// `npm run test:full`: the suites that make their tests by chance, and those that crash, with many more rounds than `npm test`, on SQLite and PostgreSQL.
//
//   npm run test:full                both engines
//   npm run test:full -- sqlite      one of them
//   npm run test:full -- test/model  one suite
import { spawnSync } from 'node:child_process';
import { probe } from './engines.mjs';

const words = process.argv.slice(2);
const known = ['sqlite', 'postgres'];
const named = words.filter((word) => known.includes(word));
const paths = words.filter((word) => !known.includes(word));
const suites = paths.length > 0 ? paths : ['test/model', 'test/fuzz', 'test/crash'];

let failed = 0;
for (const engine of named.length > 0 ? named : known) {
  const reason = await probe(engine);
  if (reason !== null) {
    console.log(`not run: ${engine} (${reason})`);
    failed += 1;
    continue;
  }
  const started = Date.now();
  const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js', '-w', '2'];
  const env = { ...process.env, USERS_TEST_ENGINE: engine, USERS_TEST_FULL: '1' };
  const { status } = spawnSync(process.execPath, [...jest, ...suites], { env, stdio: 'inherit' });
  console.log(`== ${engine}: ${Math.round((Date.now() - started) / 1_000)} s`);
  if (status !== 0) failed += 1;
}
process.exitCode = failed > 0 ? 1 : 0;
