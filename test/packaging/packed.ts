import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The package as a host gets it: packed, unpacked into a host's `node_modules`, beside the packages it needs. */
export class PackedHost {
  private constructor(
    private readonly folder: string,
    readonly tarball: string,
  ) {}

  /** @throws when the package has not been built. */
  static make(): PackedHost {
    if (!existsSync(join(ROOT, 'dist/index.js'))) throw new Error('There is no dist/index.js: run `npm run build` first.');
    const folder = mkdtempSync(join(tmpdir(), 'users-host-'));
    const pack = ['pack', '--json', '--ignore-scripts', '--silent', '--pack-destination', folder];
    execFileSync('npm', pack, { cwd: ROOT, stdio: 'ignore' });
    const tarball = join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '');
    const installed = join(folder, 'host/node_modules/nestjs-users');
    mkdirSync(installed, { recursive: true });
    execFileSync('tar', ['-xzf', tarball, '-C', installed, '--strip-components=1']);
    // One floor up, where both the host and the package find their dependencies, and the same copies of them.
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'dir');
    return new PackedHost(folder, tarball);
  }

  get path(): string {
    return join(this.folder, 'host');
  }

  get installed(): string {
    return join(this.path, 'node_modules/nestjs-users');
  }

  write(path: string, text: string): string {
    const file = join(this.path, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  /** Runs a file of the host with Node and returns what it printed; what it printed as an error is in the exception. */
  run(path: string): string {
    return execFileSync(process.execPath, [join(this.path, path)], { cwd: this.path, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** The files of the package, from its root. */
  files(): string[] {
    const entries = readdirSync(this.installed, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(this.installed.length + 1));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
