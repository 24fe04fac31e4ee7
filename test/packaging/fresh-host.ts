import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freePort } from '../support/free-port.js';
import type { HostStarter } from './host-starters.js';
import { ownPrebuild } from './own-prebuild.js';

const MANIFESTS = ['package.json', 'package-lock.json'];

/** An app of somebody else's on this machine, into which the packed package is installed by `npm install`, as anybody does it. */
export class FreshHost {
  private readonly running = new Set<ChildProcess>();

  private constructor(readonly path: string) {}

  /**
   * What comes from the registry is kept between runs, by a hash of what was asked for; the package itself is installed anew each time.
   *
   * @param install what the page tells its reader to install, without our package.
   */
  static make(starter: HostStarter, install: readonly string[], tarball: string): FreshHost {
    const manifest = JSON.stringify(starter.manifest, null, 2);
    const asked = [manifest, install.join(' '), process.versions.modules, process.platform, process.arch];
    const key = createHash('sha256').update(asked.join('\n')).digest('hex').slice(0, 16);
    const path = join(tmpdir(), 'nestjs-users-hosts', key);
    if (!existsSync(join(path, 'node_modules'))) FreshHost.fill(path, manifest, install);
    const host = new FreshHost(path);
    host.clean();
    host.command('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', tarball]);
    for (const [file, text] of Object.entries(starter.files)) host.write(file, text);
    return host;
  }

  /** Beside its place first: what was cut short is not taken for whole the next time. */
  private static fill(path: string, manifest: string, install: readonly string[]): void {
    const draft = `${path}-${String(process.pid)}`;
    mkdirSync(draft, { recursive: true });
    writeFileSync(join(draft, 'package.json'), manifest);
    execFileSync('npm', ['install', '--no-audit', '--no-fund', ...install], {
      cwd: draft,
      env: { ...process.env, ...ownPrebuild() },
      stdio: 'pipe',
    });
    for (const name of MANIFESTS) cpSync(join(draft, name), join(draft, 'as-filled', name));
    rmSync(path, { recursive: true, force: true });
    renameSync(draft, path);
  }

  write(file: string, text: string): void {
    const path = join(this.path, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  /** The version of a package as it is installed here. */
  versionOf(name: string): string {
    return (JSON.parse(readFileSync(join(this.path, 'node_modules', name, 'package.json'), 'utf8')) as { version: string }).version;
  }

  /** Puts settings into the host's package.json, beside what stands there. */
  configure(settings: Readonly<Record<string, unknown>>): void {
    const manifest = JSON.parse(readFileSync(join(this.path, 'package.json'), 'utf8')) as object;
    this.write('package.json', JSON.stringify({ ...manifest, ...settings }, null, 2));
  }

  /** Runs a command of a page in the host's folder. @throws with everything that it printed. */
  command(name: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): string {
    try {
      return execFileSync(name, args, { cwd: this.path, env: environment(env), encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    } catch (error) {
      const { stdout, stderr } = error as { stdout?: string; stderr?: string };
      throw new Error(`${name} ${args.join(' ')} failed:\n${stdout ?? ''}\n${stderr ?? ''}`, { cause: error });
    }
  }

  /** Starts the built app and waits until it listens. @returns where. */
  async start(script: string): Promise<string> {
    const port = await freePort();
    const child = spawn(process.execPath, [script], {
      cwd: this.path,
      env: environment({ PORT: String(port) }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.running.add(child);
    let said = '';
    await new Promise<void>((resolve, reject) => {
      const listen = (chunk: Buffer): void => {
        said += chunk.toString();
        if (said.includes('successfully started')) resolve();
      };
      child.stdout.on('data', listen);
      child.stderr.on('data', listen);
      child.on('exit', () => reject(new Error(`${script} ended:\n${said}`)));
    });
    // Nest says so before it listens.
    await answers(port);
    return `http://localhost:${String(port)}`;
  }

  async stop(): Promise<void> {
    const ended = [...this.running].map((child) =>
      child.exitCode === null ? new Promise((resolve) => child.on('exit', resolve)) : Promise.resolve(),
    );
    for (const child of this.running) child.kill('SIGTERM');
    await Promise.all(ended);
    this.running.clear();
  }

  private clean(): void {
    for (const name of [
      'src',
      'dist',
      'data.sqlite',
      'data.sqlite-wal',
      'data.sqlite-shm',
      'tsconfig.build.tsbuildinfo',
      'node_modules/nestjs-users',
    ])
      rmSync(join(this.path, name), { recursive: true, force: true });
    for (const name of MANIFESTS) cpSync(join(this.path, 'as-filled', name), join(this.path, name));
  }
}

/** Without what Jest and npm told this process: a host is started from a shell. */
function environment(more: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_(?!config_)|JEST_|NODE_ENV$|NODE_OPTIONS$|USERS_)/.test(name));
  return { ...Object.fromEntries(kept), ...more };
}

async function answers(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, 'localhost', () => resolve(true)).on('error', () => resolve(false));
      socket.on('close', () => resolve(false)).unref();
      socket.on('connect', () => socket.end());
    });
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Nobody listens on port ${String(port)}.`);
}
