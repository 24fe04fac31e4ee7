import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../architecture/sources.js';

const DRIVER = join(ROOT, 'node_modules', 'better-sqlite3');
const BINARY = 'build/Release/better_sqlite3.node';

/**
 * What `npm install` is told so that it takes SQLite's driver as this tree has it, where its versions are the same: the driver's own installer
 * looks there before it downloads one, and compiles for minutes where it cannot.
 */
export function ownPrebuild(): Record<string, string> {
  const { version } = JSON.parse(readFileSync(join(DRIVER, 'package.json'), 'utf8')) as { version: string };
  const folder = join(tmpdir(), 'nestjs-users-hosts', 'prebuilds');
  const name = `better-sqlite3-v${version}-node-v${process.versions.modules}-${process.platform}-${process.arch}.tar.gz`;
  if (existsSync(join(DRIVER, BINARY)) && !existsSync(join(folder, name))) {
    mkdirSync(folder, { recursive: true });
    // Beside its place first: another test file, in a process of its own, would take half an archive for a whole one.
    const draft = join(folder, `${name}-${String(process.pid)}`);
    execFileSync('tar', ['-czf', draft, '-C', DRIVER, BINARY]);
    renameSync(draft, join(folder, name));
  }
  return { npm_config_better_sqlite3_local_prebuilds: folder };
}
