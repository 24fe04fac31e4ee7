import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { blocksOf, readPages } from '../../docs/pages.js';
import { PackedHost, ROOT } from '../../packaging/packed.js';
import { NOTES, specFor, TESTS } from './small-host.js';

const run = promisify(execFile);

/** Stands in for ts-jest, which a starter has: what TypeScript becomes is not our concern here. */
const TYPESCRIPT = `['@swc/jest', {
  jsc: { target: 'es2022', parser: { syntax: 'typescript', decorators: true }, transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false } },
  module: { type: 'commonjs' },
}]`;

/** The two lines, as the guide has them: without its `ts-jest`. */
function twoLines(): string {
  const guide = readPages().get('docs/guides/testing.md') ?? '';
  const [block] = blocksOf('docs/guides/testing.md', guide).filter(({ text }) => text.includes('transformIgnorePatterns'));
  if (block === undefined) throw new Error('The guide shows no configuration for a CommonJS host.');
  return block.text.replace("'ts-jest'", TYPESCRIPT);
}

describe('nestjs-users/testing on Jest in a CommonJS host', () => {
  let host: PackedHost;
  beforeAll(() => {
    host = PackedHost.make();
    host.write('package.json', '{ "name": "host" }');
    host.write('notes.controller.ts', NOTES);
    host.write('notes.spec.ts', specFor('@jest/globals'));
  }, 60_000);
  afterAll(() => host?.remove());

  async function report(configuration: string): Promise<{ numPassedTests: number; success: boolean; testResults: { message: string }[] }> {
    host.write('jest.config.js', `module.exports = { testEnvironment: 'node', testRegex: '.spec.ts$', ${configuration} };`);
    const { NODE_OPTIONS: _, JEST_WORKER_ID: __, ...env } = process.env;
    const jest = [join(ROOT, 'node_modules/jest/bin/jest.js'), '--json', '-w', '1'];
    const { stdout } = await run(process.execPath, jest, { cwd: host.path, env }).catch((error: unknown) => error as { stdout: string });
    return JSON.parse(stdout) as Awaited<ReturnType<typeof report>>;
  }

  it('runs with the two lines of the guide', async () => {
    expect(await report(twoLines())).toMatchObject({ success: true, numPassedTests: TESTS });
  }, 120_000);

  it('does not run without them', async () => {
    const { success, testResults } = await report(`transform: { '\\\\.ts$': ${TYPESCRIPT} }`);
    expect([success, testResults[0]?.message]).toEqual([false, expect.stringContaining('Must use import to load ES Module')]);
  }, 120_000);
});
