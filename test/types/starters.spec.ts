import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PackedHost, ROOT } from '../packaging/packed.js';
import { type Starter, STARTERS } from './starters.js';

const PROGRAM = join(ROOT, 'test/types/host');
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

/** What the compiler says about the host's program under a starter's settings, by file. */
function compile(host: PackedHost, { type, compilerOptions }: Starter): (file: string) => string[] {
  host.write('package.json', JSON.stringify({ name: 'host', type }));
  host.write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['src'] }));
  const args = [TSC, '-p', 'tsconfig.json', '--noEmit', '--incremental', 'false', '--pretty', 'false'];
  const { stdout } = spawnSync(process.execPath, args, { cwd: host.path, encoding: 'utf8' });
  const faults = stdout.split('\n').filter((line) => line.includes('error TS'));
  return (file) => faults.filter((fault) => fault.startsWith(file));
}

describe('a host made by `nest new`', () => {
  let host: PackedHost;
  beforeAll(() => {
    host = PackedHost.make();
    for (const file of readdirSync(PROGRAM)) host.write(`src/${file}`, readFileSync(join(PROGRAM, file), 'utf8'));
    host.write('src/broken.ts', `import { UsersService } from 'nestjs-users'; export const wrong: number = UsersService.name;`);
  }, 60_000);
  afterAll(() => host?.remove());

  describe.each(Object.entries(STARTERS))('%s', (_name, starter) => {
    let faultsIn: (file: string) => string[];
    beforeAll(() => {
      faultsIn = compile(host, starter);
    }, 60_000);

    it('is really compiled: a plain mistake is found', () => {
      expect(faultsIn('src/broken.ts')).toEqual([expect.stringContaining('TS2322')]);
    });

    it('compiles: own fields, services, guards, and CurrentUser as decorator and type', () => {
      expect(faultsIn('').filter((fault) => !/^src\/(broken|wrong-uses)\.ts/.test(fault))).toEqual([]);
    });

    it('does not compile what is wrong', () => expect(faultsIn('src/wrong-uses.ts')).toEqual([]));
  });
});
