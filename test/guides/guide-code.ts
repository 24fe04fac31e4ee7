import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../architecture/sources.js';
import { Guide } from '../packaging/guide.js';

/** The files of a guide, word for word, as its reader has them in his app: beside the entities that stand for his own. */
export class GuideCode {
  private readonly folder: string;

  constructor(page: string, files: readonly string[], entities: readonly string[] = []) {
    const guide = new Guide(`docs/guides/${page}`);
    this.folder = join(ROOT, 'test/guides/.run', `${page}-${String(process.pid)}`);
    mkdirSync(this.folder, { recursive: true });
    for (const name of entities)
      writeFileSync(join(this.folder, name), `export * from '../../../../docs/snippets/${name.replace(/ts$/, 'js')}';\n`);
    for (const name of files) writeFileSync(join(this.folder, name), guide.file(name));
  }

  import<T>(file: string): Promise<T> {
    return import(pathToFileURL(join(this.folder, file)).href) as Promise<T>;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
