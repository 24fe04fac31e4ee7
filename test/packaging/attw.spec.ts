import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PackedHost, ROOT } from './packed.js';

const ATTW = join(ROOT, 'node_modules/@arethetypeswrong/cli/dist/index.js');

/** ESM alone: a CommonJS host loads it by require(), which this tool takes for an import() that is missing. */
function attw(tarball: string): { isClean: boolean; said: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [ATTW, tarball, '--profile', 'esm-only', '--no-color'], {
    encoding: 'utf8',
  });
  return { isClean: status === 0, said: stdout + stderr };
}

describe('the types of the packed package', () => {
  let host: PackedHost;
  beforeAll(() => {
    host = PackedHost.make();
  }, 60_000);
  afterAll(() => host?.remove());

  it('are found from each entry, and are of the right kind', () => {
    expect(attw(host.tarball)).toMatchObject({ isClean: true });
  }, 120_000);

  it('are really looked at: an entry without its types is found', () => {
    const folder = join(host.path, 'broken');
    mkdirSync(folder, { recursive: true });
    cpSync(host.installed, join(folder, 'package'), { recursive: true });
    const file = join(folder, 'package/package.json');
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace('./dist/extend.d.ts', './dist/nowhere.d.ts').replace('./dist/extend.js', './dist/nowhere.js'),
    );
    const tarball = join(folder, 'broken.tgz');
    spawnSync('tar', ['-czf', tarball, '-C', folder, 'package']);
    expect(attw(tarball)).toMatchObject({ isClean: false, said: expect.stringContaining('extend') });
  }, 120_000);
});
