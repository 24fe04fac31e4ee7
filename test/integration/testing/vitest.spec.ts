import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PackedHost, ROOT } from '../../packaging/packed.js';
import { NOTES, specFor, TESTS } from './small-host.js';

const run = promisify(execFile);

/** Vite reads the decorators' settings from here. */
const TSCONFIG = `{ "compilerOptions": { "target": "ES2022", "module": "NodeNext", "experimentalDecorators": true, "emitDecoratorMetadata": true, "useDefineForClassFields": false } }`;
const CONFIG = `import { defineConfig } from 'vitest/config';
export default defineConfig({ test: { include: ['**/*.spec.ts'] } });`;

describe('nestjs-users/testing on Vitest', () => {
  let host: PackedHost;
  beforeAll(() => {
    host = PackedHost.make();
    host.write('package.json', '{ "name": "host", "type": "module" }');
    host.write('tsconfig.json', TSCONFIG);
    host.write('vitest.config.ts', CONFIG);
    host.write('notes.controller.ts', NOTES);
  }, 60_000);
  afterAll(() => host?.remove());

  /** What Vitest reports, be it good or bad. */
  async function report(spec: string): Promise<{ numPassedTests: number; numFailedTests: number }> {
    host.write('notes.spec.ts', spec);
    const vitest = [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--reporter=json', '--root', host.path];
    const { NODE_OPTIONS: _, JEST_WORKER_ID: __, ...env } = process.env;
    const { stdout } = await run(process.execPath, vitest, { cwd: host.path, env: { ...env, NODE_ENV: 'test' } }).catch(
      (error: unknown) => error as { stdout: string },
    );
    return JSON.parse(stdout.slice(stdout.indexOf('{'))) as { numPassedTests: number; numFailedTests: number };
  }

  it('signs in, brings the kit and runs contracts', async () => {
    const found = await report(specFor('vitest'));
    expect(found).toMatchObject({ numFailedTests: 0, numPassedTests: TESTS });
  }, 120_000);

  it('tells when a test of it fails', async () => {
    const found = await report(specFor('vitest').replace('toBe(403)', 'toBe(200)'));
    expect(found).toMatchObject({ numFailedTests: 1, numPassedTests: TESTS - 1 });
  }, 120_000);
});
