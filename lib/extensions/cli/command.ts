import type { ParseArgsConfig } from 'node:util';
import type { UserSpace } from '../../index.js';
import type { NamedDatabase } from './database-url.js';
import type { Terminal } from './terminal.js';

export type CommandOptions = NonNullable<ParseArgsConfig['options']>;

/** One command, called with all that it needs. */
export interface Call {
  readonly database: NamedDatabase;
  readonly space: UserSpace;
  readonly terminal: Terminal;
  /** The argument that is no option: whom it is about. */
  readonly whom: string | undefined;
  text(option: string): string | undefined;
  flag(option: string): boolean;
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** What stands behind the name in the help. */
  readonly usage: string;
  readonly options: CommandOptions;
  /** Whether it takes one argument that is no option. */
  readonly takesWhom: boolean;
  /** @returns the exit code; whatever it throws becomes a sentence. */
  run(call: Call): Promise<number>;
}
