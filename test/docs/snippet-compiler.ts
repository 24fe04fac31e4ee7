import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { ROOT } from '../architecture/sources.js';
import type { Block } from './pages.js';

const SNIPPETS = join(ROOT, 'docs/snippets');

/** A block as a file of the compiler's, beside the real files of docs/snippets, so that `./app-user.entity.js` means that file. */
interface Unit {
  readonly block: Block;
  readonly file: string;
  readonly text: string;
  /** How many lines stand before the block's first. */
  readonly offset: number;
}

/** Type-checks blocks of documentation against the library's sources, without writing them anywhere. */
export class SnippetCompiler {
  private readonly options: ts.CompilerOptions;
  private readonly parsed = new Map<string, ts.SourceFile | undefined>();

  constructor() {
    const config = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile).config as object;
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
    // Two settings of ours are stricter than what a reader's starter has: what he pastes must compile there.
    this.options = { ...options, noEmit: true, rootDir: ROOT, exactOptionalPropertyTypes: false, noUncheckedIndexedAccess: false };
  }

  /** `page:line message` for each fault in one of the blocks. */
  check(blocks: readonly Block[]): string[] {
    const units = blocks.map((block, index) => unitOf(block, index));
    // What a block declares for the whole program (`declare module 'nestjs-users'`), or a file it imports, must not reach the others.
    const alone = units.filter(({ text }) => /declare (module|global)|from '\.\//.test(text));
    const together = units.filter((unit) => !alone.includes(unit));
    return [...alone.map((unit) => [unit]), together].flatMap((program) => this.faultsOf(program));
  }

  private faultsOf(units: readonly Unit[]): string[] {
    if (units.length === 0) return [];
    const files = new Map(units.map((unit) => [unit.file, unit.text]));
    const program = ts.createProgram([...files.keys()], this.options, this.hostOf(files));
    return units.flatMap((unit) => {
      const file = program.getSourceFile(unit.file);
      const faults = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
      return faults.map((fault) => sentenceOf(unit, fault));
    });
  }

  private hostOf(files: ReadonlyMap<string, string>): ts.CompilerHost {
    const host = ts.createCompilerHost(this.options, true);
    return {
      ...host,
      fileExists: (path) => files.has(path) || host.fileExists(path),
      readFile: (path) => files.get(path) ?? host.readFile(path),
      getSourceFile: (path, version) => {
        const text = files.get(path);
        if (text !== undefined) return ts.createSourceFile(path, text, version, true);
        // The libraries' declarations are parsed once for all programs.
        if (!this.parsed.has(path)) this.parsed.set(path, host.getSourceFile(path, version));
        return this.parsed.get(path);
      },
    };
  }
}

const OPTIONS_HEAD = "import { UsersModule } from 'nestjs-users';\nUsersModule.forRoot({\n";

function unitOf(block: Block, index: number): Unit {
  const before = block.preambles.map((name) => readFileSync(join(SNIPPETS, name), 'utf8'));
  // A block without an import would be a script, and its names everybody's.
  const head = ['export {};\n', ...before, block.isOptions ? OPTIONS_HEAD : ''].join('');
  const text = head + block.text + (block.isOptions ? '\n});' : '');
  return { block, file: join(SNIPPETS, `block-${String(index)}.ts`), text, offset: head.split('\n').length - 1 };
}

function sentenceOf({ block, offset }: Unit, { file, start, messageText, code }: ts.Diagnostic): string {
  const line = file === undefined || start === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line - offset;
  const where = line < 0 ? `${block.page}:${String(block.line)} (in its preamble)` : `${block.page}:${String(block.line + line)}`;
  return `${where} TS${String(code)} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
}
