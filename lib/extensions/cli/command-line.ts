import { parseArgs } from 'node:util';
import { defineUsers, type UserSpace } from '../../index.js';
import type { Call, Command, CommandOptions } from './command.js';
import { usageFault } from './command-fault.js';
import { createAdmin } from './commands/create-admin.command.js';
import { doctor } from './commands/doctor.command.js';
import { endAll } from './commands/end-all.command.js';
import { setPassword } from './commands/set-password.command.js';
import { type NamedDatabase, readDatabaseUrl } from './database-url.js';
import { faultOf } from './fault-of.js';
import type { Terminal } from './terminal.js';

const COMMANDS: readonly Command[] = [createAdmin, setPassword, endAll, doctor];

const SHARED: CommandOptions = {
  database: { type: 'string' },
  'table-prefix': { type: 'string' },
  schema: { type: 'string' },
  space: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
};

const HELP = `Usage: nestjs-users COMMAND [OPTIONS]

${COMMANDS.map(({ name, usage, summary }) => `  ${[name, usage].join(' ').trim()}\n      ${summary}`).join('\n')}

Where the tables are:
  --database URL       postgres://, mysql://, mariadb://, or the path of a SQLite file. Better in the environment,
                       USERS_DATABASE_URL or DATABASE_URL: arguments are seen in the list of processes.
  --table-prefix NAME  as in the app. Default: auth_, with --space the space's name and _
  --schema NAME        PostgreSQL's, as in the app
  --space NAME         a user space of the app's

A password is never an argument: it is asked for without echo, or read from the standard input.
Exit codes: 0 done; 1 refused, or the doctor found a fault; 2 wrong usage; 3 the database does not answer.
`;

/** Runs one command. @returns the exit code; it never rejects. */
export async function runCommandLine(words: readonly string[], terminal: Terminal): Promise<number> {
  try {
    const [name, ...rest] = words;
    if (name === undefined || name === 'help' || name === '--help' || name === '-h') return printHelp(terminal, name === undefined);
    const command = COMMANDS.find((one) => one.name === name);
    if (command === undefined) throw usageFault(`There is no such command; there are ${COMMANDS.map((one) => one.name).join(', ')}.`);
    const { values, positionals } = read(command, rest);
    if (values['help'] === true) return printHelp(terminal, false);
    const text = (option: string): string | undefined => (typeof values[option] === 'string' ? values[option] : undefined);
    const call: Call = {
      database: databaseOf(text('database'), text('schema'), terminal),
      space: spaceOf(text('space'), text('table-prefix')),
      terminal,
      whom: positionals[0],
      text,
      flag: (option) => values[option] === true,
    };
    return await command.run(call);
  } catch (error) {
    const fault = faultOf(error);
    terminal.stderr.write(`nestjs-users: ${fault.message}\n`);
    return fault.exitCode;
  }
}

function printHelp({ stdout, stderr }: Terminal, isFault: boolean): number {
  (isFault ? stderr : stdout).write(HELP);
  return isFault ? 2 : 0;
}

interface Words {
  readonly values: Readonly<Record<string, unknown>>;
  readonly positionals: readonly string[];
}

/** No sentence of ours repeats what was typed: it may be a password in the wrong place. */
function read({ name, options, takesWhom, usage }: Command, words: readonly string[]): Words {
  const known = { ...SHARED, ...options };
  if (words.some((word) => /^--?p(ass(word)?)?(=|$)/i.test(word)))
    throw usageFault(
      'A password is never an argument: it is asked for without echo, or read from the standard input. Change it if it was a real one.',
    );
  const parsed = parsedBy(() => parseArgs({ args: [...words], options: known, allowPositionals: true, strict: true }), `${name} ${usage}`);
  if (parsed.positionals.length > (takesWhom ? 1 : 0))
    throw usageFault(`There are too many arguments. Usage: nestjs-users ${name} ${usage}`);
  return parsed;
}

function parsedBy(parse: () => Words, usage: string): Words {
  try {
    return parse();
  } catch {
    throw usageFault(
      `There is an option that is unknown or lacks its value. Usage: nestjs-users ${usage}, and --database, --table-prefix, --schema, --space.`,
    );
  }
}

function databaseOf(given: string | undefined, schema: string | undefined, { env }: Terminal): NamedDatabase {
  const text = given ?? env['USERS_DATABASE_URL'] ?? env['DATABASE_URL'];
  if (text === undefined || text === '')
    throw usageFault('There is no database: set USERS_DATABASE_URL or DATABASE_URL, or give --database.');
  return readDatabaseUrl(text, schema);
}

function spaceOf(name: string | undefined, prefix: string | undefined): UserSpace {
  const tablePrefix = prefix ?? (name === undefined ? 'auth_' : `${name.replaceAll('-', '_')}_`);
  if (!/^[a-z][a-z0-9_]{0,30}$/.test(tablePrefix))
    throw usageFault('The table prefix is small letters, digits and underscores, beginning with a letter: auth_.');
  if (name !== undefined && !/^[a-z][a-z0-9-]{0,30}$/.test(name))
    throw usageFault('The name of a space is small letters, digits and dashes, beginning with a letter: staff.');
  return defineUsers({ tablePrefix, ...(name !== undefined && { name }) });
}
