import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Nobody listens there. */
const NOWHERE = {
  USERS_TEST_POSTGRES_URL: 'postgres://nobody@127.0.0.1:9/none',
  USERS_TEST_MARIADB_URL: 'mysql://nobody@127.0.0.1:9/none',
  USERS_TEST_REDIS_URL: 'redis://127.0.0.1:9',
};

/** A small one that runs on each engine of the newest pair, and one that wants Redis. */
const FILES = ['test/integration/authority/authority.race', 'test/redis/attempt-store'];

/** `npm test` for these on a machine with no server. */
function run(required: string): { code: number | null; lines: string[] } {
  const environment = { ...process.env, ...NOWHERE, USERS_REQUIRE_ENGINES: required };
  const { status, stdout } = spawnSync(process.execPath, ['test/run.mjs', ...FILES], {
    cwd: ROOT,
    env: environment,
    encoding: 'utf8',
  });
  return { code: status, lines: stdout.split('\n') };
}

describe('npm test on a machine without servers', () => {
  it('runs what it can, passes, and names what did not run and why', () => {
    const { code, lines } = run('');
    expect(lines).toContainEqual(expect.stringMatching(/^== sqlite: 1 files$/));
    for (const engine of ['postgres', 'mariadb', 'redis'])
      expect(lines).toContainEqual(expect.stringMatching(`^not run: ${engine} \\(.+\\)$`));
    expect(lines).toContainEqual(expect.stringMatching(/^Tests: [1-9]\d* passed, 0 failed$/));
    expect(code).toBe(0);
  }, 120_000);

  it('fails where one is required', () => {
    const { code, lines } = run('postgres');
    expect(lines).toContainEqual(expect.stringMatching(/^not run: postgres \(.+\), but it is required$/));
    expect(code).toBe(1);
  }, 120_000);
});
