import { isDuration } from './kernel/duration.js';
import { Issues } from './kernel/issues.js';
import type { RuntimeOptions } from './users.options.js';

/** Reads one text; a value that it refuses becomes a fault with the sentence of its `mend`. */
interface Reader {
  readonly mend: string;
  /** `undefined` for what is not valid. */
  read(text: string): unknown;
}

const FLAGS = new Map([
  ['true', true],
  ['false', false],
]);
const FLAG: Reader = { mend: 'write true or false.', read: (text) => FLAGS.get(text.toLowerCase()) };
const COUNT: Reader = { mend: 'write a whole number.', read: (text) => (/^\d{1,9}$/.test(text) ? Number(text) : undefined) };
const TEXT: Reader = { mend: 'write a text.', read: (text) => text };
const LIST: Reader = { mend: 'write names with commas between them.', read: (text) => text.split(',').map((item) => item.trim()) };
const LENGTH: Reader = {
  mend: "write a duration with its unit: '30s', '15m', '12h' or '10d'.",
  read: (text) => (isDuration(text) ? text : undefined),
};
const LIMIT = { limit: COUNT, window: LENGTH };

/** What a deployment sets; functions, templates and the like belong into code. The name of a variable is the option's path in capitals. */
const READERS: Readonly<Record<string, Readonly<Record<string, Reader | Readonly<Record<string, Reader>>>>>> = {
  registration: {
    open: FLAG,
    signIn: FLAG,
    email: TEXT,
    createRequires: TEXT,
    firstAdmin: TEXT,
    firstAdminLink: FLAG,
    firstAdminLinkLifetime: LENGTH,
    invitationLifetime: LENGTH,
    allowUnconfirmedLogin: FLAG,
    username: { min: COUNT, max: COUNT, reserved: LIST },
  },
  sessions: {
    idleTimeout: LENGTH,
    absoluteTimeout: LENGTH,
    touchInterval: LENGTH,
    recentLogin: LENGTH,
    actingTimeout: LENGTH,
    sliding: FLAG,
    max: COUNT,
    whenFull: TEXT,
    preparedStatements: FLAG,
    cache: FLAG,
  },
  passwords: { preset: TEXT, minLength: COUNT, maxLength: COUNT, minClasses: COUNT, contextWords: LIST, concurrency: COUNT, queue: COUNT },
  passwordReset: { tokenLifetime: LENGTH },
  emailConfirmation: { tokenLifetime: LENGTH },
  http: { origins: LIST, checkTimeout: LENGTH, guard: TEXT },
  mail: { from: TEXT, replyTo: TEXT, baseUrl: TEXT, appName: TEXT },
  limits: {
    passwordChecks: LIMIT,
    failedChecksFromAddress: LIMIT,
    failedChecksAnywhere: LIMIT,
    registrations: LIMIT,
    confirmations: LIMIT,
    mailsToAccount: LIMIT,
    mailRequests: LIMIT,
    consecutiveFailures: COUNT,
  },
};

/** Short names, by what they stand for. */
const SHORT_NAMES = new Map([['REGISTRATION_FIRST_ADMIN', 'FIRST_ADMIN']]);

type Tree = Record<string, unknown>;

/**
 * Reads options from environment variables such as `USERS_SESSIONS_IDLE_TIMEOUT=10d`, for `forRoot()` or the factory of `forRootAsync()`.
 * An empty variable counts as absent. What `explicit` says wins, option by option.
 *
 * @param prefix of every variable.
 * @throws InvalidOptionsError naming every variable that is misspelt or cannot be read, all at once; whether a value makes sense is
 * checked with the other options.
 */
export function usersOptionsFromEnv(prefix = 'USERS_', explicit: RuntimeOptions = {}): RuntimeOptions {
  const variables = Object.entries(process.env).filter(([name, text]) => name.startsWith(prefix) && text?.trim());
  const texts = new Map(variables.map(([name, text = '']) => [name.slice(prefix.length), text.trim()]));
  const issues = new Issues();
  for (const [name, short] of SHORT_NAMES) spellOut(texts, { name, short, prefix, issues });
  const options: Tree = {};
  for (const [path, reader] of leavesOf(READERS)) {
    const name = variableOf(path);
    const text = texts.get(name);
    texts.delete(name);
    if (text === undefined) continue;
    const value = reader.read(text);
    if (value === undefined) issues.add(`${prefix}${name}`, `"${text}" cannot be read: ${reader.mend}`);
    else put(options, path, value);
  }
  noteMisspelt([...texts.keys()], { prefix, issues });
  issues.throwIfAny();
  return merge(options, explicit as Tree);
}

function spellOut(
  texts: Map<string, string>,
  { name, short, prefix, issues }: Record<'name' | 'short' | 'prefix', string> & { issues: Issues },
): void {
  const text = texts.get(short);
  if (text === undefined) return;
  if (texts.has(name)) issues.add(`${prefix}${short}`, `there is ${prefix}${name} as well: leave one of the two out.`);
  texts.delete(short);
  texts.set(name, text);
}

function leavesOf(tree: object, path: readonly string[] = []): [path: readonly string[], reader: Reader][] {
  return Object.entries(tree).flatMap(([name, value]: [string, object]) =>
    'read' in value ? [[[...path, name], value as Reader]] : leavesOf(value, [...path, name]),
  );
}

/** `sessions.idleTimeout` is `SESSIONS_IDLE_TIMEOUT`. */
function variableOf(path: readonly string[]): string {
  return path.map((name) => name.replace(/[A-Z]/g, '_$&').toUpperCase()).join('_');
}

/** Only behind the name of a section: a host may well have a variable `USERS_TABLE` of his own. */
function noteMisspelt(names: readonly string[], { prefix, issues }: { prefix: string; issues: Issues }): void {
  const sections = Object.keys(READERS).map((section) => `${variableOf([section])}_`);
  for (const name of names) {
    const section = sections.find((start) => name.startsWith(start));
    if (section === undefined) continue;
    const known = leavesOf(READERS).map(([path]) => variableOf(path));
    issues.add(`${prefix}${name}`, `there is no such variable; there are ${known.filter((one) => one.startsWith(section)).join(', ')}.`);
  }
}

function put(tree: Tree, [name = '', ...more]: readonly string[], value: unknown): void {
  if (more.length === 0) tree[name] = value;
  else put((tree[name] ??= {}) as Tree, more, value);
}

function merge(below: Tree, above: Tree): Tree {
  const entries = Object.entries(above).filter(([, value]) => value !== undefined);
  return {
    ...below,
    ...Object.fromEntries(entries.map(([name, value]) => [name, isTree(value) && isTree(below[name]) ? merge(below[name], value) : value])),
  };
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
