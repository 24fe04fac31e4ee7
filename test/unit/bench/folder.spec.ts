import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const FOLDER = new URL('../../../bench/folder.mjs', import.meta.url).href;

/** @returns the folder that a process of the bench made before it went on with `rest`. */
function leftBy(rest: string): string {
  const program = `import { ownFolder } from '${FOLDER}'; console.log(ownFolder()); ${rest}`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  expect(stdout).toMatch(/bench-\w+\n$/);
  return stdout.trim();
}

describe("the bench's own folders", () => {
  it.each([
    ['ends', ''],
    ['fails', `throw new Error('no');`],
    ['is interrupted', `process.kill(process.pid, 'SIGINT'); await new Promise((resolve) => setTimeout(resolve, 60_000));`],
  ])('are gone when a run %s', (_how, rest) => {
    expect(existsSync(leftBy(rest))).toBe(false);
  });
});
