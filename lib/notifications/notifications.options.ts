import { type Issues, noteUnknownNames } from '../kernel/issues.js';
import { discardingTransport, loggingTransport } from './logging-transport.js';
import type { MailTransport } from './mail.js';
import { MAIL_TEMPLATES, type MailTemplates } from './mail-templates.js';

/** Pages that mails link to: a path behind `baseUrl`, or an absolute https address such as a mobile app's universal link. */
export interface MailPaths {
  /** Confirms the address of a registration; gets `#token=...`. @default '/confirm' */
  readonly confirm?: string;
  /** Confirms the new address of a change; gets `#token=...`. @default what `confirm` is */
  readonly confirmNewEmail?: string;
  /** Sets a new password; gets `#token=...`. @default '/reset' */
  readonly reset?: string;
  /** Accepts an invitation; gets `#token=...`. @default '/invitation' */
  readonly invitation?: string;
  /** Makes the first administrator by the link in the log; gets `#token=...`. @default '/setup' */
  readonly setup?: string;
  /** Asks for a new password. @default '/forgot' */
  readonly forgot?: string;
  /** @default '/login' */
  readonly signIn?: string;
  /** Where a signed-in person cancels a change of address. @default '/account/password' */
  readonly account?: string;
  /** Where a signed-in person sees his devices and signs them out. @default '/account/devices' */
  readonly devices?: string;
}

export interface MailOptions {
  /** `'no-reply@notes.example'` or `'Notes <no-reply@notes.example>'`. @default none; required in production */
  readonly from?: string;
  /** A human's address; with it a mail says that it may be answered. @default none */
  readonly replyTo?: string;
  /** Where people reach the app; links begin with it. Never taken from a request. @default 'http://localhost:3000' outside production */
  readonly baseUrl?: string;
  /** What mails call the app. @default the host of `baseUrl` */
  readonly appName?: string;
  /** Delivers what was rendered. @default none in production; otherwise mails are written to the log */
  readonly transport?: MailTransport;
  /** Words of your own, by kind of notification. @default the library's English words */
  readonly templates?: Partial<MailTemplates>;
  readonly paths?: MailPaths;
  /** Starts without mail in production: it is thrown away, and nobody can confirm an address or reset a password. @default false */
  readonly allowNoMail?: boolean;
}

/** The resolved {@link MailOptions}. */
export abstract class MailSettings {
  abstract readonly from: string;
  abstract readonly replyTo: string | null;
  /** Without a slash at its end. */
  abstract readonly baseUrl: string;
  /** The origin of the `baseUrl` that was given; `null` when it is only the default. */
  abstract readonly origin: string | null;
  abstract readonly appName: string;
  abstract readonly transport: MailTransport;
  abstract readonly templates: MailTemplates;
  abstract readonly urls: Readonly<Required<MailPaths>>;
  abstract readonly queue: MailQueueSettings;
}

export interface MailQueueSettings {
  /** Milliseconds before the second try, the third, and so on. */
  readonly pauses: readonly number[];
  readonly capacity: number;
  readonly concurrency: number;
  /** How long one try may take, in milliseconds. */
  readonly tryTimeout: number;
  /** How long the shutdown waits, in milliseconds. */
  readonly shutdownTimeout: number;
}

export interface MailSurroundings {
  readonly production: boolean;
  /** True when the host's own notifier replaces mail: then nothing here is needed. */
  readonly ownNotifier: boolean;
}

/** Five tries in ten minutes. A try may last a while: a slow server that accepts late would otherwise get the same mail twice. */
const QUEUE: MailQueueSettings = {
  pauses: [15_000, 45_000, 120_000, 420_000],
  capacity: 1_000,
  concurrency: 4,
  tryTimeout: 60_000,
  shutdownTimeout: 5_000,
};
const DEFAULT_PATHS = {
  confirm: '/confirm',
  reset: '/reset',
  invitation: '/invitation',
  setup: '/setup',
  forgot: '/forgot',
  signIn: '/login',
  account: '/account/password',
  devices: '/account/devices',
};
const ADDRESS = /^[^\s"(),:;<>@[\\\]]{1,64}@[^\s"(),:;<>@[\\\]]{1,255}$/;
const NAMED_ADDRESS = /^([^"<>\p{Cc}]{1,100}?) ?<([^<>]+)>$/u;

/** Checks the mail options; every fault is noted in `issues`. */
export function resolveMailOptions(input: MailOptions | undefined, issues: Issues, surroundings = presentSurroundings()): MailSettings {
  const options = input ?? {};
  noteUnknownNames(options, ['from', 'replyTo', 'baseUrl', 'appName', 'transport', 'templates', 'paths', 'allowNoMail'], {
    path: 'mail',
    issues,
  });
  requireMail(options, issues, surroundings);
  const url = baseUrlOf(options.baseUrl, issues);
  const appName = options.appName ?? url.host;
  if (typeof appName !== 'string' || !/^[^"<>\p{Cc}]{1,60}$/u.test(appName))
    issues.add('mail.appName', 'give one line of at most 60 characters, without quotes and angle brackets.');
  const replyTo = options.replyTo ?? null;
  if (replyTo !== null && !isAddress(replyTo)) issues.add('mail.replyTo', "give one address, such as 'help@notes.example'.");
  const baseUrl = `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
  return {
    from: fromOf(options.from ?? 'no-reply@localhost', appName, issues),
    replyTo,
    baseUrl,
    origin: options.baseUrl === undefined ? null : url.origin,
    appName,
    transport: transportOf(options, issues),
    templates: templatesOf(options.templates, issues),
    urls: urlsOf(options.paths, baseUrl, issues),
    queue: QUEUE,
  };
}

function presentSurroundings(): MailSurroundings {
  return { production: process.env['NODE_ENV'] === 'production', ownNotifier: false };
}

function requireMail(options: MailOptions, issues: Issues, { production, ownNotifier }: MailSurroundings): void {
  if (!production || ownNotifier || options.allowNoMail === true) return;
  if (options.transport === undefined) {
    issues.add(
      'mail.transport',
      "in production mails must leave this process: give nodemailerTransport({ url: 'smtp://...' }) from 'nestjs-users/nodemailer' or (mail) => yourService.send(mail), give ports.notifier, or accept that nobody can reset a password with mail.allowNoMail: true.",
    );
  }
  if (options.from === undefined) issues.add('mail.from', "give the sender's address, such as 'no-reply@notes.example'.");
  if (options.baseUrl === undefined)
    issues.add(
      'mail.baseUrl',
      "give the address at which people reach the app, such as 'https://notes.example': links in mails begin with it.",
    );
}

/** The whole URL is the host's word: a link built from a request's `Host` would send tokens to whoever forged it. */
function baseUrlOf(given: unknown, issues: Issues): URL {
  const url = given === undefined ? null : parseUrl(given);
  if (given !== undefined && url === null)
    issues.add('mail.baseUrl', "give an http or https address without credentials, query and fragment, such as 'https://notes.example'.");
  return url ?? new URL('http://localhost:3000');
}

function parseUrl(given: unknown): URL | null {
  if (typeof given !== 'string' || !/^https?:\/\/[^\s\\?#@]+$/.test(given) || !URL.canParse(given)) return null;
  return new URL(given);
}

function isAddress(value: unknown): boolean {
  return typeof value === 'string' && ADDRESS.test(value);
}

function fromOf(given: unknown, appName: string, issues: Issues): string {
  if (isAddress(given)) return `"${appName}" <${String(given)}>`;
  const [, name, address] = (typeof given === 'string' ? NAMED_ADDRESS.exec(given) : null) ?? [];
  if (name !== undefined && isAddress(address)) return `"${name}" <${String(address)}>`;
  issues.add('mail.from', "give one address, such as 'no-reply@notes.example' or 'Notes <no-reply@notes.example>'.");
  return '';
}

function transportOf({ transport, allowNoMail }: MailOptions, issues: Issues): MailTransport {
  if (transport !== undefined && typeof transport !== 'function')
    issues.add('mail.transport', 'give a function that takes a mail and returns a promise.');
  if (transport !== undefined && allowNoMail === true)
    issues.add('mail.allowNoMail', 'there is a transport as well: leave one of the two out.');
  return transport ?? (allowNoMail === true ? discardingTransport() : loggingTransport());
}

function templatesOf(given: Partial<MailTemplates> = {}, issues: Issues): MailTemplates {
  for (const [kind, template] of Object.entries(given)) {
    if (!Object.hasOwn(MAIL_TEMPLATES, kind))
      issues.add(`mail.templates.${kind}`, `there is no such mail; there are ${Object.keys(MAIL_TEMPLATES).join(', ')}.`);
    else if (template !== undefined && typeof template !== 'function')
      issues.add(`mail.templates.${kind}`, 'give a function that returns the words.');
  }
  return { ...MAIL_TEMPLATES, ...Object.fromEntries(Object.entries(given).filter(([, template]) => template !== undefined)) };
}

function urlsOf(given: MailPaths = {}, baseUrl: string, issues: Issues): Required<MailPaths> {
  const paths = { ...DEFAULT_PATHS, ...given };
  const all = { ...paths, confirmNewEmail: paths.confirmNewEmail ?? paths.confirm };
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(DEFAULT_PATHS, name) && name !== 'confirmNewEmail')
      issues.add(`mail.paths.${name}`, `there is no such page; there are ${Object.keys(DEFAULT_PATHS).join(', ')}, confirmNewEmail.`);
  }
  const urlOf = ([name, path]: [string, unknown]): [string, string] => {
    if (typeof path === 'string' && /^\/(?!\/)[^\s\\#]*$/.test(path)) return [name, `${baseUrl}${path}`];
    if (typeof path === 'string' && /^https:\/\/[^\s\\#@]+$/.test(path) && URL.canParse(path)) return [name, path];
    issues.add(
      `mail.paths.${name}`,
      "give a path that begins with one slash, such as '/confirm', or an https address; the token is put behind it as a fragment.",
    );
    return [name, baseUrl];
  };
  return Object.fromEntries(Object.entries(all).map(urlOf)) as unknown as Required<MailPaths>;
}
