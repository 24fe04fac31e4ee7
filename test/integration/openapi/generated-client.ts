import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OpenAPIObject } from '@nestjs/swagger';
import openapiTs, { astToString } from 'openapi-typescript';
import ts from 'typescript';
import { ROOT } from '../../architecture/sources.js';

/** Types as openapi-typescript makes them of a document, and programs compiled against them. */
export class GeneratedClient {
  private constructor(
    private readonly folder: string,
    readonly types: string,
  ) {}

  static async of(document: OpenAPIObject): Promise<GeneratedClient> {
    const nodes = await openapiTs(JSON.stringify(document));
    // Inside the repository, so that `openapi-fetch` is found.
    const folder = await mkdtemp(join(ROOT, 'node_modules', '.generated-client-'));
    const types = astToString(nodes);
    await writeFile(join(folder, 'paths.ts'), types);
    return new GeneratedClient(folder, types);
  }

  /** Faults of `program`, a file beside the types, as sentences. */
  async faultsOf(program: string): Promise<string[]> {
    const file = join(this.folder, 'program.ts');
    await writeFile(file, program);
    const options: ts.CompilerOptions = {
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
      types: [],
      skipLibCheck: true,
    };
    const faults = ts.getPreEmitDiagnostics(ts.createProgram([file], options));
    return faults.map(({ messageText, code }) => `TS${code} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`);
  }

  /** The program as JavaScript. */
  static emit(program: string): string {
    return ts.transpileModule(program, { compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ES2022 } }).outputText;
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}
