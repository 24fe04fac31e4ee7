import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { nodemailerTransport } from 'nestjs-users/nodemailer';
import { MailQueue } from '../../lib/notifications/mail-queue.js';
import { FRAMEWORKS, type Framework, HostApp, PASSWORD } from '../support/host-app.js';
import { dyingServer, type MailServer, muteServer, smtpServer, until } from '../support/smtp.js';

const LATER = Object.assign(new Error('try later'), { responseCode: 451 });
const NEVER = Object.assign(new Error('no'), { responseCode: 550 });

/** Servers as they are at three in the morning. */
const TROUBLES: Readonly<Record<string, () => Promise<MailServer>>> = {
  'hangs before its greeting': muteServer,
  'refuses for now': () => smtpServer({ onRcptTo: (_, __, done) => done(LATER) }),
  'refuses for good': () => smtpServer({ onRcptTo: (_, __, done) => done(NEVER) }),
  'dies in mid-message': dyingServer,
  'wants TLS with a certificate that nobody vouches for': () => smtpServer({ disabledCommands: ['AUTH'] }),
  'speaks TLS with such a certificate from the first byte': () => smtpServer({ secure: true, disabledCommands: ['AUTH'] }),
  'is full of connections': () => smtpServer({ onConnect: (_, done) => done(Object.assign(new Error('busy'), { responseCode: 421 })) }),
};

interface Told {
  readonly answers: readonly string[];
  readonly rows: unknown;
}

let host: HostApp | undefined;
let server: MailServer | undefined;
afterEach(async () => {
  await host?.close();
  await server?.close();
  [host, server] = [undefined, undefined];
});

async function start(listen: Framework, url: string): Promise<HostApp> {
  host = await HostApp.start({
    routes: true,
    listen,
    mail: { baseUrl: 'https://notes.example', appName: 'Notes', transport: nodemailerTransport({ url }) },
    ports: { notifier: undefined as never },
  });
  return host;
}

/** All that mails somebody, as a stranger and as a user; what each was answered, and what is in the database then. */
async function told(app: HostApp): Promise<Told> {
  const ann = await app.user('ann');
  const { token } = await app.sessions.open({ id: ann.id });
  const visitor = app.client();
  const answers = [
    await visitor.post('/auth/register', { email: 'new@example.org', password: PASSWORD }),
    await visitor.post('/auth/register', { email: 'ann@example.org', password: PASSWORD }),
    await visitor.post('/auth/password/reset/request', { login: 'ann@example.org' }),
    await visitor.post('/auth/password/reset/request', { login: 'nobody@example.org' }),
    await visitor.post('/auth/email/change', { email: 'other@example.org', password: PASSWORD }, { token }),
    await visitor.post('/auth/password/change', { oldPassword: PASSWORD, newPassword: 'a quiet green harbour' }, { token }),
  ].map(({ status, headers, text }) => {
    const kept = [...headers].filter(([name]) => !['date', 'etag', 'keep-alive', 'connection'].includes(name));
    return JSON.stringify([status, kept, text]);
  });
  await app.settled();
  const tokens = await app.dataSource.query('SELECT purpose, COUNT(*) AS n FROM auth_tokens GROUP BY purpose ORDER BY purpose');
  const users = await app.dataSource.query('SELECT username, email FROM auth_users ORDER BY email, username');
  return { answers, rows: JSON.stringify([tokens, users]) };
}

const queueOf = (app: INestApplication): MailQueue => app.get(MailQueue);

describe.each(FRAMEWORKS)('on %s', (framework) => {
  let good: Told;
  beforeAll(async () => {
    server = await smtpServer();
    const app = await start(framework, server.url);
    good = await told(app);
    expect(good.answers.map((answer) => (JSON.parse(answer) as [number])[0])).toEqual([202, 202, 202, 202, 202, 204]);
    // new, the owner of a taken address, the reset, the change at the new and at the old address, the changed password
    await until(() => server!.received.length === 6);
    await server.close();
    await app.close();
    [host, server] = [undefined, undefined];
  });

  it.each(Object.keys(TROUBLES))('a mail server that %s changes no answer and no work', async (trouble) => {
    server = await TROUBLES[trouble]!();
    const app = await start(framework, server.url);
    expect(await told(app)).toEqual(good);
    await until(() => server!.visits() > 0);
    expect(server.received).toEqual([]);
    expect(queueOf(app.app).counts.sent).toBe(0);
    const { user } = await app.sessions.login({ login: 'ann', password: 'a quiet green harbour' });
    expect(user.username).toBe('ann');
    // Or the shutdown would wait five seconds for what is said to hang.
    if (server.open() > 0) await server.close();
  });

  it('no answer waits for the mail: the server takes none before all answers are there [B-142]', async () => {
    const held: (() => void)[] = [];
    let isOpen = false;
    server = await smtpServer({ onConnect: (_, done) => (isOpen ? done() : void held.push(done)) });
    const app = await start(framework, server.url);
    expect(await told(app)).toEqual(good);
    expect(server.received).toEqual([]);
    await until(() => held.length > 0);
    isOpen = true;
    held.forEach((done) => done());
    await until(() => server!.received.length === 6);
  });

  it('a mail server that is down changes no answer, and gets the mails when it is back', async () => {
    const before = await smtpServer();
    await before.close();
    const app = await start(framework, before.url);
    expect(await told(app)).toEqual(good);
    await until(() => queueOf(app.app).counts.waiting === 6);
    server = await smtpServer({}, Number(new URL(before.url).port));
    // Between two tries minutes may lie; a shutdown tries what is left at once.
    await app.close();
    host = undefined;
    expect(server.received.map(({ recipients }) => recipients[0]).sort()).toEqual([
      'ann@example.org',
      'ann@example.org',
      'ann@example.org',
      'ann@example.org',
      'new@example.org',
      'other@example.org',
    ]);
  });
});
