/** What the shell is told. 0 is done. */
export const EXIT = {
  /** Refused by a rule, or the doctor found a fault. */
  refused: 1,
  /** The command line itself is wrong; nothing was tried. */
  usage: 2,
  /** The database does not answer. */
  unavailable: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a command with a sentence for whoever typed it. */
export class CommandFault extends Error {
  constructor(
    readonly exitCode: ExitCode,
    message: string,
  ) {
    super(message);
    this.name = 'CommandFault';
  }
}

export const usageFault = (message: string): CommandFault => new CommandFault(EXIT.usage, message);
