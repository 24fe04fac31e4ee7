import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { CommandFault, EXIT, usageFault } from './command-fault.js';

/** What a command talks to; `process` is one. */
export interface Terminal {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** More than any password, less than a file that was piped in by mistake. */
const LONGEST = 4096;

/**
 * A new password: typed twice without echo, or the one line of the standard input. Never an argument: those are in the list of processes
 * and in the shell's history.
 *
 * @throws CommandFault when there is none, when the two differ, or when it was given up with Ctrl+C.
 */
export async function askNewPassword(terminal: Terminal): Promise<string> {
  const password = terminal.stdin.isTTY ? await typedTwice(terminal) : await lineOf(terminal.stdin);
  if (password === '') throw usageFault('There is no password: type one, pipe one into the standard input, or ask for a link with --link.');
  return password;
}

async function typedTwice({ stdin, stderr }: Terminal): Promise<string> {
  // What readline would echo goes nowhere; the prompts go past it.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: nowhere, terminal: true, historySize: 0 });
  const givenUp = new Promise<never>((_resolve, reject) => {
    const giveUp = (): void => reject(new CommandFault(EXIT.refused, 'Given up; nothing was changed.'));
    lines.once('SIGINT', giveUp).once('close', giveUp);
  });
  const ask = async (prompt: string): Promise<string> => {
    stderr.write(prompt);
    const line = await Promise.race([lines.question(''), givenUp]);
    stderr.write('\n');
    return line;
  };
  try {
    const first = await ask('New password: ');
    if ((await ask('Once more: ')) !== first) throw new CommandFault(EXIT.refused, 'The two are not the same; nothing was changed.');
    return first;
  } finally {
    givenUp.catch(() => undefined);
    lines.close();
  }
}

async function lineOf(input: AsyncIterable<Buffer | string>): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of input) {
    chunks.push(Buffer.from(chunk));
    length += chunk.length;
    if (length > LONGEST) throw usageFault('The standard input is too long for a password.');
  }
  const text = Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '');
  if (/[\r\n]/.test(text)) throw usageFault('The standard input has more than one line: give the password alone.');
  return text;
}
