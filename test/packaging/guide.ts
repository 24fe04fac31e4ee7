import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../architecture/sources.js';
import { type Block, blocksOf } from '../docs/pages.js';

/** A page as its reader follows it: files to write, commands to run. */
export class Guide {
  private readonly text: string;
  private readonly blocks: readonly Block[];

  constructor(private readonly page: string) {
    this.text = readFileSync(join(ROOT, page), 'utf8');
    this.blocks = blocksOf(page, this.text);
  }

  /** The block below `<!-- file: ... -->`, word for word. */
  file(name: string): string {
    return this.below(`<!-- file: ${name} -->`);
  }

  /** The block below a hidden line of the page, word for word. */
  below(comment: string): string {
    const at = this.text.split('\n').indexOf(comment);
    const block = at < 0 ? undefined : this.blocks.find(({ line }) => line > at + 1);
    if (block === undefined) throw new Error(`${this.page} has no block below ${comment}`);
    return block.text;
  }

  /** The TypeScript block in which `text` stands, word for word. */
  blockWith(text: string): string {
    const found = this.blocks.filter((block) => block.info.startsWith('ts') && block.text.includes(text));
    if (found.length !== 1 || found[0] === undefined) throw new Error(`${this.page} has ${String(found.length)} blocks with ${text}`);
    return found[0].text;
  }

  /** The lines of its shell blocks that begin so. */
  commands(beginning: string): string[] {
    const lines = this.blocks.filter(({ info }) => info.startsWith('sh')).flatMap(({ text }) => text.split('\n'));
    return lines.filter((line) => line.startsWith(beginning));
  }

  /** What the page's `npm install nestjs-users ...` names besides our package. */
  installed(): string[] {
    const [command = '', ...more] = this.commands('npm install ');
    const [, , ...packages] = command.split(' ');
    if (more.length > 0 || !packages.includes('nestjs-users'))
      throw new Error(`${this.page} has not one command that installs nestjs-users.`);
    return packages.filter((name) => name !== 'nestjs-users');
  }
}
