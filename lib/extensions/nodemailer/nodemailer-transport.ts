import type { Mail, MailTransport } from '../../index.js';

/** What goes to nodemailer's `createTransport`: a `url`, or its SMTP options, or both. */
export interface NodemailerOptions {
  /** `'smtp://user:password@mail.example.com:587'`, or `smtps://` for TLS from the first byte. */
  readonly url?: string;
  readonly host?: string;
  readonly port?: number;
  readonly secure?: boolean;
  readonly auth?: { readonly user: string; readonly pass: string };
  /** Anything else that nodemailer's SMTP transport takes, except `pool`. */
  readonly [option: string]: unknown;
}

/** The part of nodemailer that is used; its own types would make it a peer of every host. */
interface Transporter {
  sendMail(mail: object): Promise<unknown>;
}
interface Nodemailer {
  createTransport(options: object): Transporter;
}

/** Here nobody listens in between. */
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i;
/** Nodemailer waits two minutes for a connection and ten for a silent socket; the mail queue tries again long before. */
const TIMEOUTS = { connectionTimeout: 20_000, greetingTimeout: 20_000, socketTimeout: 40_000 };
/** A template can name no file and no address that would be read into the mail. */
const NO_ACCESS = { disableFileAccess: true, disableUrlAccess: true };

/**
 * Sends mails by SMTP, one connection for each. Nodemailer is loaded at the first mail.
 *
 * A mail carries a link that opens an account, so it travels by TLS with a certificate that holds, or not at all: nodemailer by itself goes
 * on in clear when a server (or somebody between) offers no STARTTLS. `requireTLS: false` allows that; on loopback it is allowed anyway.
 *
 * @throws TypeError for `pool`: its idle connections would outlive `app.close()`. Write `(mail) => transporter.sendMail(mail)` for that.
 */
export function nodemailerTransport(options: NodemailerOptions): MailTransport {
  const { url, host, pool } = (options as NodemailerOptions | null) ?? {};
  if (typeof url !== 'string' && typeof host !== 'string') {
    throw new TypeError("nodemailerTransport needs { url: 'smtp://...' } or { host, port, ... }.");
  }
  if (pool !== undefined && pool !== false) {
    throw new TypeError(
      'nodemailerTransport keeps no pool: give (mail) => transporter.sendMail(mail) as mail.transport, and close the pool yourself.',
    );
  }
  let transporter: Promise<Transporter> | undefined;
  return async (mail, signal) => {
    transporter ??= connect(options);
    return (await transporter).sendMail({ ...messageOf(mail), ...(signal !== undefined && { signal }) });
  };
}

async function connect(options: NodemailerOptions): Promise<Transporter> {
  const nodemailer = await loadNodemailer();
  return nodemailer.createTransport({ ...TIMEOUTS, ...safety(options), ...options, ...NO_ACCESS });
}

function safety({ url, host = '' }: NodemailerOptions): { requireTLS?: boolean } {
  const parsed = url !== undefined && URL.canParse(url) ? new URL(url) : undefined;
  // For nodemailer an option wins over the same one in the url: what the url says itself is left to it.
  return parsed?.searchParams.has('requireTLS') ? {} : { requireTLS: !LOOPBACK.test(parsed?.hostname ?? host) };
}

async function loadNodemailer(): Promise<Nodemailer> {
  try {
    const module = (await import('nodemailer')) as unknown as Nodemailer & { default?: Nodemailer };
    return module.default ?? module;
  } catch (cause) {
    throw new Error('nodemailer is not installed: run "npm install nodemailer".', { cause });
  }
}

/** The recipient goes as an object: a text would be parsed as a list, in which a comma makes two. */
function messageOf({ to, from, subject, text, html, replyTo }: Mail): object {
  return { to: { name: '', address: to }, from, subject, text, html, ...(replyTo !== undefined && { replyTo }) };
}
