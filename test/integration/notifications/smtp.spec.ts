import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { nodemailerTransport } from '../../../lib/extensions/nodemailer/nodemailer-transport.js';
import { MailNotifier } from '../../../lib/notifications/mail-notifier.js';
import { MailQueue } from '../../../lib/notifications/mail-queue.js';
import type { MailOptions, MailQueueSettings } from '../../../lib/notifications/notifications.options.js';
import { FakeClock } from '../../support/fake-clock.js';
import { captureLog } from '../../unit/notifications/captured-log.js';
import { mailSettings } from '../../unit/notifications/mail-settings.js';

const TOKEN = '0199a000-0000-7000-8000-000000000001.abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ';
const PAUSES = [30, 30, 30, 30];

interface Received {
  readonly recipients: string[];
  readonly sender: string;
  readonly headers: string;
  readonly source: string;
}

let log: string[];
let received: Received[];
let closers: (() => Promise<void>)[];
beforeEach(() => {
  [log, received, closers] = [captureLog(), [], []];
});
afterEach(async () => {
  for (const close of closers) await close();
});

async function smtpServer(options: SMTPServerOptions = {}): Promise<string> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const source = Buffer.concat(chunks).toString();
        const [headers = ''] = source.split('\r\n\r\n');
        const { mailFrom, rcptTo } = session.envelope;
        received.push({
          recipients: rcptTo.map(({ address }) => address),
          sender: mailFrom === false ? '' : mailFrom.address,
          headers,
          source,
        });
        done();
      });
    },
    ...options,
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise((resolve) => void server.close(resolve)));
  return `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
}

function sender(url: string, { mail = {}, queue = {} }: { mail?: MailOptions; queue?: Partial<MailQueueSettings> } = {}) {
  const settings = mailSettings({ transport: nodemailerTransport({ url }), ...mail }, { pauses: PAUSES, ...queue });
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

async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`Waited too long. Log: ${log.join('\n')}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const decoded = (source: string): string => source.replaceAll('=\r\n', '').replaceAll('=3D', '=');

describe('a real SMTP server', () => {
  it('gets one mail to one recipient, in plain text and HTML, with the link in full', async () => {
    const { notifier } = sender(await smtpServer(), { mail: { replyTo: 'help@notes.example' } });
    await notifier.notify(reset());
    await until(() => received.length === 1);
    const [mail] = received;
    expect(mail).toMatchObject({ recipients: ['ann@example.com'], sender: 'no-reply@notes.example' });
    expect(mail!.headers).toMatch(/^To: ann@example\.com\r$/m);
    expect(mail!.headers).toMatch(/^From: "?Notes"? <no-reply@notes\.example>\r$/m);
    expect(mail!.headers).toMatch(/^Reply-To: help@notes\.example\r$/m);
    expect(mail!.headers).toMatch(/^Subject: Choose a new password for Notes\r$/m);
    const source = decoded(mail!.source);
    expect(source).toContain('Content-Type: text/plain');
    expect(source).toContain('Content-Type: text/html');
    expect(source.split(`https://notes.example/reset#token=${TOKEN}`)).toHaveLength(4);
    expect(log).toEqual([]);
  });

  it('gets no header and no recipient that a stranger wrote [1.3.11]', async () => {
    const { notifier } = sender(await smtpServer(), {
      mail: { templates: { 'reset-password': ({ user }) => ({ subject: `Hi ${user?.displayName ?? ''}`, lines: ['x'] }) } },
    });
    for (const to of [
      'ann@example.com\r\nRCPT TO:<e@x.org>',
      'ann@example.com, e@x.org',
      'e@x.org>\r\nDATA',
      '<e@x.org>,ann@example.com',
    ]) {
      await notifier.notify(reset(to));
    }
    await notifier.notify(reset('ann@example.com', 'Chrome/1\r\nBcc: e@x.org'));
    await until(() => received.length === 1);
    expect(received[0]!.recipients).toEqual(['ann@example.com']);
    expect(received[0]!.headers).toMatch(/^Subject: Hi Ann Bcc: e@x\.org\r$/m);
    expect(received[0]!.headers).not.toMatch(/^Bcc:/im);
    expect(log).toHaveLength(4);
  });

  it('that is down for a while gets the mail later, once', async () => {
    let refusals = 2;
    const url = await smtpServer({
      onRcptTo(_, __, done) {
        refusals -= 1;
        done(refusals >= 0 ? Object.assign(new Error('try later'), { responseCode: 451 }) : null);
      },
    });
    const { notifier, queue } = sender(url);
    await notifier.notify(reset());
    await until(() => queue.size === 0);
    expect(received).toHaveLength(1);
    expect(log).toHaveLength(2);
  });

  it('that refuses for good is asked five times; the log holds neither token nor address', async () => {
    let asked = 0;
    const url = await smtpServer({
      onData(stream, _, done) {
        let source = '';
        stream.on('data', (chunk: Buffer) => (source += chunk.toString()));
        stream.on('end', () => {
          asked += 1;
          done(Object.assign(new Error(`refused ann@example.com ${decoded(source).slice(-500)}`), { responseCode: 550 }));
        });
      },
    });
    const { notifier, queue } = sender(url);
    await notifier.notify(reset());
    await until(() => queue.size === 0);
    expect(asked).toBe(5);
    expect(log).toHaveLength(5);
    expect(log.at(-1)).toContain('It is given up');
    expect(log.join('\n')).not.toMatch(/ann@|abcdefghijkl/);
  });

  it('that nobody listens for fails quietly for the caller', async () => {
    const { notifier, queue } = sender('smtp://127.0.0.1:9');
    await expect(notifier.notify(reset())).resolves.toBeUndefined();
    await until(() => queue.size === 0);
    expect(log).toHaveLength(5);
    expect(log[0]).toContain('ECONNREFUSED');
  });

  it('that accepts late holds neither the caller nor the mails of others [B-142]', async () => {
    let isFirst = true;
    const url = await smtpServer({
      onRcptTo(_, __, done) {
        const wait = isFirst ? 800 : 0;
        isFirst = false;
        setTimeout(done, wait);
      },
    });
    const { notifier } = sender(url);
    const start = Date.now();
    await notifier.notify(reset('slow@example.com'));
    await notifier.notify(reset('ann@example.com'));
    expect(Date.now() - start).toBeLessThan(400);
    await until(() => received.length === 2);
    expect(received.map((mail) => mail.recipients[0])).toEqual(['ann@example.com', 'slow@example.com']);
    expect(log).toEqual([]);
  });

  it('that hangs does not hold the shutdown', async () => {
    const sockets = new Set<{ destroy(): void }>();
    const mute: Server = createServer((socket) => void sockets.add(socket));
    await new Promise<void>((resolve) => void mute.listen(0, '127.0.0.1', resolve));
    closers.push(
      () =>
        new Promise((resolve) => {
          mute.close(() => resolve());
          sockets.forEach((socket) => socket.destroy());
        }),
    );
    const { notifier, queue } = sender(`smtp://127.0.0.1:${(mute.address() as AddressInfo).port}`, { queue: { shutdownTimeout: 200 } });
    await notifier.notify(reset());
    const start = Date.now();
    await queue.onApplicationShutdown();
    expect(Date.now() - start).toBeLessThan(1_500);
    expect(log).toEqual(['error 1 mails were not sent before the application shut down.']);
  });

  it('gets everything that is queued before the application is gone', async () => {
    const { notifier, queue } = sender(await smtpServer());
    for (let index = 0; index < 30; index += 1) await notifier.notify(reset(`u${index}@example.com`));
    await queue.onApplicationShutdown();
    expect(received).toHaveLength(30);
  });
});

describe('nodemailerTransport', () => {
  it.each([{}, { url: 7 }, { url: 'smtp://x', pool: true }, null])('refuses %j at once, with the mend', (options) => {
    expect(() => nodemailerTransport(options as never)).toThrow(/nodemailerTransport/);
  });
});
