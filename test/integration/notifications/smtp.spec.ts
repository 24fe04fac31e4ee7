import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from 'nestjs-users/testing';
import { nodemailerTransport, type NodemailerOptions } from '../../../lib/extensions/nodemailer/nodemailer-transport.js';
import { MailNotifier } from '../../../lib/notifications/mail-notifier.js';
import { MailQueue } from '../../../lib/notifications/mail-queue.js';
import type { MailOptions, MailQueueSettings } from '../../../lib/notifications/notifications.options.js';
import { brokenServer, decoded, dyingServer, type MailServer, muteServer, smtpServer, until } from '../../support/smtp.js';
import { captureLog } from '../../unit/notifications/captured-log.js';
import { mailSettings } from '../../unit/notifications/mail-settings.js';

const TOKEN = '0199a000-0000-7000-8000-000000000001.abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ';
const PAUSES = [30, 30, 30, 30];

interface SenderOptions {
  readonly smtp?: NodemailerOptions;
  readonly mail?: MailOptions;
  readonly queue?: Partial<MailQueueSettings>;
}

let log: string[];
let closers: (() => Promise<void>)[];
beforeEach(() => {
  [log, closers] = [captureLog(), []];
});
afterEach(async () => {
  for (const close of closers) await close();
});

async function opened(server: Promise<MailServer>): Promise<MailServer> {
  const one = await server;
  closers.push(() => one.close());
  return one;
}

function sender(url: string, { smtp = {}, mail = {}, queue = {} }: SenderOptions = {}) {
  const settings = mailSettings({ transport: nodemailerTransport({ url, ...smtp }), ...mail }, { pauses: PAUSES, ...queue });
  const waiting = new MailQueue(settings);
  closers.unshift(() => waiting.onApplicationShutdown());
  return { queue: waiting, notifier: new MailNotifier(settings, waiting, new FakeClock()) };
}

const reset = (to = 'ann@example.com', userAgent: string | null = null) =>
  ({
    kind: 'reset-password',
    to,
    user: { id: '1', username: 'ann', displayName: 'Ann\r\nBcc: e@x.org' },
    from: { ip: '198.51.100.4', userAgent },
    token: TOKEN,
    expiresAt: new Date('2026-11-03T10:12:00.000Z'),
  }) as const;

const lines = (): string => log.join('\n');
const NO_SECRET = /ann@|abcdefghijkl/;

describe('a real SMTP server', () => {
  it('gets one mail to one recipient, in plain text and HTML, with the link in full', async () => {
    const server = await opened(smtpServer());
    const { notifier } = sender(server.url, { mail: { replyTo: 'help@notes.example' } });
    await notifier.notify(reset());
    await until(() => server.received.length === 1, lines);
    const [mail] = server.received;
    expect(mail).toMatchObject({ recipients: ['ann@example.com'], sender: 'no-reply@notes.example' });
    expect(mail!.headers).toMatch(/^To: ann@example\.com\r$/m);
    expect(mail!.headers).toMatch(/^From: "?Notes"? <no-reply@notes\.example>\r$/m);
    expect(mail!.headers).toMatch(/^Reply-To: help@notes\.example\r$/m);
    expect(mail!.headers).toMatch(/^Subject: Choose a new password for Notes\r$/m);
    const source = decoded(mail!.source);
    expect(source).toContain('Content-Type: text/plain');
    expect(source).toContain('Content-Type: text/html');
    // Once in the text; in HTML at the button and, written out, beneath it.
    expect(source.split(`https://notes.example/reset#token=${TOKEN}`)).toHaveLength(5);
    expect(log).toEqual([]);
  });

  it('gets no header and no recipient that a stranger wrote [1.3.11]', async () => {
    const server = await opened(smtpServer());
    const { notifier } = sender(server.url, {
      mail: { templates: { 'reset-password': ({ user }) => ({ subject: `Hi ${user?.displayName ?? ''}`, lines: ['x'] }) } },
    });
    for (const to of ['ann@example.com\r\nRCPT TO:<e@x.org>', 'ann@example.com, e@x.org', 'e@x.org>\r\nDATA', '<e@x.org>,ann@example.com'])
      await notifier.notify(reset(to));
    await notifier.notify(reset('ann@example.com', 'Chrome/1\r\nBcc: e@x.org'));
    await until(() => server.received.length === 1, lines);
    expect(server.received[0]!.recipients).toEqual(['ann@example.com']);
    expect(server.received[0]!.headers).toMatch(/^Subject: Hi Ann Bcc: e@x\.org\r$/m);
    expect(server.received[0]!.headers).not.toMatch(/^Bcc:/im);
    expect(log).toHaveLength(4);
  });

  it('gets everything that is queued before the application is gone', async () => {
    const server = await opened(smtpServer());
    // A machine under load sends thirty mails in more than five seconds.
    const { notifier, queue } = sender(server.url, { queue: { shutdownTimeout: 25_000 } });
    for (let index = 0; index < 30; index += 1) await notifier.notify(reset(`u${index}@example.com`));
    await queue.onApplicationShutdown();
    expect(server.received).toHaveLength(30);
    expect(queue.counts).toEqual({ waiting: 0, sent: 30, failed: 0, dropped: 0 });
  });
});

describe('a mail server that refuses', () => {
  it('for now (4xx) gets the mail later, once', async () => {
    let refusals = 2;
    const server = await opened(
      smtpServer({
        onRcptTo(_, __, done) {
          refusals -= 1;
          done(refusals >= 0 ? Object.assign(new Error('try later'), { responseCode: 451 }) : null);
        },
      }),
    );
    const { notifier, queue } = sender(server.url);
    await notifier.notify(reset());
    await until(() => queue.size === 0, lines);
    expect(server.received).toHaveLength(1);
    expect(log).toHaveLength(2);
    expect(queue.counts).toMatchObject({ sent: 1, failed: 0 });
  });

  it.each(['recipient', 'message', 'client'] as const)('the %s for good (5xx) is asked once; the log holds no secret', async (what) => {
    const no = (source = ''): Error => Object.assign(new Error(`refused ann@example.com ${source.slice(-500)}`), { responseCode: 550 });
    const server = await opened(
      smtpServer({
        ...(what === 'client' && { onConnect: (_, done) => done(no()) }),
        ...(what === 'recipient' && { onRcptTo: (_, __, done) => done(no(TOKEN)) }),
        ...(what === 'message' && {
          onData(stream, _, done) {
            let source = '';
            stream.on('data', (chunk: Buffer) => (source += chunk.toString()));
            stream.on('end', () => done(no(decoded(source))));
          },
        }),
      }),
    );
    const { notifier, queue } = sender(server.url);
    await notifier.notify(reset());
    await until(() => queue.size === 0, lines);
    expect(server.visits()).toBe(1);
    expect(queue.counts).toEqual({ waiting: 0, sent: 0, failed: 1, dropped: 0 });
    expect(log).toEqual([expect.stringContaining('(try 1)')]);
    expect(log[0]).toContain('It is given up');
    expect(lines()).not.toMatch(NO_SECRET);
  });

  it('our password is told once, and the password reaches no log', async () => {
    const server = await opened(
      smtpServer({
        disabledCommands: ['STARTTLS'],
        authOptional: false,
        allowInsecureAuth: true,
        onAuth: (_, __, done) => done(Object.assign(new Error('bad credentials'), { responseCode: 535 })),
      }),
    );
    const { notifier, queue } = sender(server.url, { smtp: { auth: { user: 'notes', pass: 'hunter2hunter2' } } });
    await notifier.notify(reset());
    await until(() => queue.size === 0, lines);
    expect(server.visits()).toBe(1);
    expect(lines()).toContain('EAUTH');
    expect(lines()).not.toContain('hunter2');
  });
});

describe('a mail server that is broken', () => {
  it('and dies in mid-message is tried again, five times', async () => {
    const server = await opened(dyingServer());
    const { notifier, queue } = sender(server.url);
    await notifier.notify(reset());
    await until(() => queue.size === 0, lines);
    expect(server.visits()).toBe(5);
    expect(queue.counts).toMatchObject({ sent: 0, failed: 1 });
    expect(log).toHaveLength(5);
    expect(lines()).not.toMatch(NO_SECRET);
  });

  it('and speaks no SMTP is tried again', async () => {
    const server = await opened(brokenServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
    const { notifier, queue } = sender(server.url);
    await notifier.notify(reset());
    await until(() => queue.size === 0, lines);
    expect(server.visits()).toBe(5);
  });

  it('and down fails quietly for the caller', async () => {
    const server = await smtpServer();
    await server.close();
    const { notifier, queue } = sender(server.url);
    await expect(notifier.notify(reset())).resolves.toBeUndefined();
    await until(() => queue.size === 0, lines);
    expect(log).toHaveLength(5);
    expect(log[0]).toContain('ECONNREFUSED');
  });

  it('and down gets the mail when it is back', async () => {
    const before = await smtpServer();
    await before.close();
    const { notifier, queue } = sender(before.url, { queue: { pauses: [30, 30, 30, 2_000] } });
    await notifier.notify(reset());
    await until(() => log.length === 4, lines);
    const server = await opened(smtpServer({}, Number(new URL(before.url).port)));
    await until(() => queue.size === 0, lines);
    expect(server.received).toHaveLength(1);
    expect(queue.counts).toMatchObject({ sent: 1, failed: 0 });
  });

  it('and slow to accept holds neither the caller nor the mails of others [B-142]', async () => {
    let release: () => void = () => undefined;
    const server = await opened(
      smtpServer({
        onRcptTo({ address }, _, done) {
          if (address.startsWith('slow')) release = () => done();
          else done();
        },
      }),
    );
    const { notifier } = sender(server.url);
    await notifier.notify(reset('slow@example.com'));
    await notifier.notify(reset('ann@example.com'));
    await until(() => server.received.length === 1, lines);
    expect(server.received[0]!.recipients).toEqual(['ann@example.com']);
    release();
    await until(() => server.received.length === 2, lines);
    expect(log).toEqual([]);
  });

  it('and mute does not hold the shutdown, which leaves no connection behind', async () => {
    const server = await opened(muteServer());
    let left = 0;
    const { notifier, queue } = sender((await opened(brokenServer((socket) => socket.on('close', () => (left += 1))))).url, {
      queue: { shutdownTimeout: 50 },
    });
    await notifier.notify(reset());
    await queue.onApplicationShutdown();
    await until(() => left === 1, lines);
    expect(server.visits()).toBe(0);
    expect(log).toEqual(['error 1 mail was not sent before the application shut down.']);
  });
});

describe('TLS', () => {
  it.each([
    ['smtps', { secure: true, disabledCommands: ['AUTH'] }],
    ['STARTTLS', { disabledCommands: ['AUTH'] }],
  ])('by %s with a certificate that nobody vouches for: no mail goes out, and no second way is tried', async (_, options) => {
    const server = await opened(smtpServer(options));
    const { notifier, queue } = sender(server.url);
    await notifier.notify(reset());
    await until(() => queue.size === 0, lines);
    expect(server.received).toEqual([]);
    expect(server.visits()).toBe(5);
    expect(lines()).toMatch(/ESOCKET .*certificate/);
  });

  it('by STARTTLS with a certificate that the host vouches for carries the mail', async () => {
    const server = await opened(smtpServer({ disabledCommands: ['AUTH'] }));
    const { notifier, queue } = sender(server.url, { smtp: { tls: { rejectUnauthorized: false } } });
    await notifier.notify(reset());
    await until(() => queue.size === 0, lines);
    expect(server.received[0]!.headers).toBeDefined();
  });

  // 0.0.0.0 reaches this machine, and is no loopback address.
  const elsewhere = (url: string): string => url.replace('127.0.0.1', '0.0.0.0');

  it('is not given up when a server elsewhere offers none: somebody between could say so', async () => {
    let heard = '';
    const server = await opened(
      brokenServer(
        (socket) => socket.write('220 plain ESMTP\r\n'),
        (line, socket) => {
          heard += `${line}\n`;
          socket.write(line.startsWith('EHLO') ? '250-plain\r\n250 8BITMIME\r\n' : '502 no\r\n');
        },
      ),
    );
    const { notifier, queue } = sender(elsewhere(server.url));
    await notifier.notify(reset());
    await until(() => queue.size === 0, lines);
    expect(heard).toContain('STARTTLS');
    expect(heard).not.toMatch(/MAIL FROM|RCPT TO|DATA/);
    expect(lines()).toContain('ETLS');
  });

  it.each<[string, string, NodemailerOptions]>([
    ['an option', '', { requireTLS: false }],
    ['the url', '/?requireTLS=false', {}],
  ])('is given up where %s says so', async (_, query, smtp) => {
    const server = await opened(smtpServer());
    const { notifier, queue } = sender(elsewhere(server.url) + query, { smtp });
    await notifier.notify(reset());
    await until(() => queue.size === 0, lines);
    expect(server.received).toHaveLength(1);
  });
});

describe('nodemailerTransport', () => {
  it.each([{}, { url: 7 }, { url: 'smtp://x', pool: true }, null])('refuses %j at once, with the mend', (options) => {
    expect(() => nodemailerTransport(options as never)).toThrow(/nodemailerTransport/);
  });
});
