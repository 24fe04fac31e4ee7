import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { INestApplication } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createApp } from '../../sample-app/create-app.js';
import { settingsFrom, type Settings } from '../../sample-app/settings.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { freePort } from '../support/free-port.js';

const PAGES = [
  ...['/', '/setup', '/register', '/check-mail', '/confirm', '/login', '/forgot', '/reset', '/invitation', '/app'],
  ...['/account', '/account/password', '/account/devices', '/account/data'],
  '/account/devices/0190a6e0-0000-7000-8000-000000000000',
  ...[
    '/manage',
    '/manage/devices',
    '/manage/activity',
    '/manage/everyone',
    '/manage/notes',
    '/manage/users/new',
    '/manage/users/0190a6e0-0000-7000-8000-000000000000',
  ],
];

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // The wire is what is under test here: its shape is asserted, not assumed.
  readonly body: Record<string, unknown>;
}

/** A browser as the API sees it: it keeps cookies, and says where its page came from. */
class Browser {
  private readonly cookies = new Map<string, string>();

  constructor(
    private readonly baseUrl: string,
    private readonly userAgent: string,
  ) {}

  async send(method: string, path: string, body?: unknown): Promise<Answer> {
    const answer = await fetch(this.baseUrl + path, {
      method,
      redirect: 'manual',
      headers: {
        origin: this.baseUrl,
        'user-agent': this.userAgent,
        cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    for (const line of answer.headers.getSetCookie()) this.keep(line);
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.includes('json') ?? false;
    return { status: answer.status, headers: answer.headers, text, body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {} };
  }

  get(path: string): Promise<Answer> {
    return this.send('GET', path);
  }

  post(path: string, body?: unknown): Promise<Answer> {
    return this.send('POST', path, body);
  }

  private keep(line: string): void {
    const [pair = ''] = line.split(';');
    const [name = '', value = ''] = pair.split('=');
    if (value === '' || /max-age=0|expires=thu, 01 jan 1970/i.test(line)) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}

const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36';
const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1';

async function sampleSettings(database: TestDatabase, environment: NodeJS.ProcessEnv = {}): Promise<Settings> {
  const port = await freePort();
  return { ...settingsFrom({ PORT: String(port), BASE_URL: `http://127.0.0.1:${port}`, ...environment }), database: database.options };
}

describe('The sample app', () => {
  let database: TestDatabase;
  let settings: Settings;
  let app: INestApplication;
  const browser = (userAgent = CHROME): Browser => new Browser(settings.baseUrl, userAgent);

  beforeAll(async () => {
    database = await testDatabase();
    settings = await sampleSettings(database);
    app = await createApp(settings, { quiet: true });
    await app.listen(settings.port, settings.host);
  });

  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  /** The newest link to `page` mailed to `address`, waited for at most the second that the contract allows. */
  async function mailedToken(address: string, page: 'confirm' | 'reset', except = ''): Promise<string> {
    const start = settings.baseUrl.replaceAll('.', '\\.');
    const deadline = performance.now() + 1000;
    for (;;) {
      const { text } = await browser().get('/outbox');
      const entry = text.split('<li').find((one) => one.includes(`To ${address}`)) ?? '';
      const token = new RegExp(`>${start}/${page}#token=([^<\\s]+)</a>`).exec(entry)?.[1];
      if (token !== undefined && token !== except) return token;
      if (performance.now() > deadline) throw new Error(`The outbox shows no /${page} link for ${address}:\n${text}`);
      await pause(20);
    }
  }

  async function registerAndConfirm(email: string, password: string, more: object = {}): Promise<void> {
    expect(await browser().post('/auth/register', { email, password, ...more })).toMatchObject({ status: 202, body: {} });
    expect((await browser().post('/auth/email/confirm', { token: await mailedToken(email, 'confirm') })).status).toBe(200);
  }

  async function loggedIn(login: string, password: string, userAgent = CHROME): Promise<Browser> {
    const one = browser(userAgent);
    expect((await one.post('/auth/login', { login, password })).status).toBe(200);
    return one;
  }

  it('leads from registration over two devices and a forgotten password to an administrator who manages users', async () => {
    // Register: the answer is out, the mail is there within a second, and nothing works before it is confirmed.
    const visitor = browser();
    const registration = await visitor.post('/auth/register', {
      email: 'ann@example.com',
      username: 'ann',
      password: 'lamp river socks',
      company: 'Lee & Co',
    });
    expect(registration).toMatchObject({ status: 202, body: {} });
    expect((await visitor.post('/auth/login', { login: 'ann', password: 'lamp river socks' })).status).toBe(401);
    const token = await mailedToken('ann@example.com', 'confirm');
    const confirmed = await visitor.post('/auth/email/confirm', { token });
    expect(confirmed).toMatchObject({
      status: 200,
      body: { user: { username: 'ann', company: 'Lee & Co', status: 'active', isAdmin: true } },
    });

    // Log in on two devices; each sees who it is.
    const desk = await loggedIn('ann@example.com', 'lamp river socks');
    expect(await desk.get('/auth/me')).toMatchObject({
      status: 200,
      body: { user: { email: 'ann@example.com', company: 'Lee & Co', isAdmin: true } },
    });
    const phone = await loggedIn('ann', 'lamp river socks', SAFARI);
    const { items } = (await desk.get('/auth/sessions')).body as { items: { id: string; device: string; current: boolean }[] };
    expect(items.map(({ device, current }) => [device, current]).sort()).toEqual([
      ['Chrome on Linux', true],
      ['Safari on iPhone', false],
    ]);

    // End the other: its next request is refused, this one goes on.
    const other = items.find(({ current }) => !current);
    expect((await phone.get('/notes')).status).toBe(200);
    expect((await desk.send('DELETE', `/auth/sessions/${String(other?.id)}`)).status).toBe(204);
    expect(await phone.get('/auth/me')).toMatchObject({ status: 401, body: { code: 'USERS_UNAUTHENTICATED' } });
    expect((await phone.get('/notes')).status).toBe(401);
    expect((await desk.get('/auth/me')).status).toBe(200);

    // Forgot: by the mailed link a new password; the old sessions are dead, so is the old password.
    expect(await visitor.post('/auth/password/reset/request', { login: 'ann@example.com' })).toMatchObject({ status: 202, body: {} });
    const resetToken = await mailedToken('ann@example.com', 'reset');
    expect((await visitor.post('/auth/password/reset/confirm', { token: resetToken, newPassword: 'password' })).status).toBe(400);
    expect((await visitor.post('/auth/password/reset/confirm', { token: resetToken, newPassword: 'orange boat nine' })).status).toBe(204);
    expect((await visitor.post('/auth/password/reset/confirm', { token: resetToken, newPassword: 'orange boat ten!' })).status).toBe(400);
    expect((await desk.get('/auth/me')).status).toBe(401);
    expect((await visitor.post('/auth/login', { login: 'ann', password: 'lamp river socks' })).status).toBe(401);
    const ann = await loggedIn('ann', 'orange boat nine');

    // The first is the administrator, the second is not; the first sees all users and all notes, and deactivates.
    await registerAndConfirm('bob@example.com', 'seven green doors');
    const bob = await loggedIn('bob@example.com', 'seven green doors');
    expect((await bob.post('/notes', { text: 'Buy bread' })).status).toBe(201);
    expect((await bob.get('/admin/users')).status).toBe(403);
    expect((await bob.get('/notes/all')).status).toBe(403);
    const users = (await ann.get('/admin/users')).body['items'] as { id: string; email: string; isAdmin: boolean }[];
    expect(users.map(({ email, isAdmin }) => [email, isAdmin]).sort()).toEqual([
      ['ann@example.com', true],
      ['bob@example.com', false],
    ]);
    expect(JSON.parse((await ann.get('/notes/all')).text)).toMatchObject([{ text: 'Buy bread', author: 'bob@example.com' }]);
    const bobsId = users.find(({ email }) => email === 'bob@example.com')?.id ?? '';
    expect(await ann.post(`/admin/users/${bobsId}/deactivate`)).toMatchObject({ status: 200, body: { user: { status: 'disabled' } } });
    expect((await bob.get('/notes')).status).toBe(401);
    expect((await browser().post('/auth/login', { login: 'bob@example.com', password: 'seven green doors' })).status).toBe(401);

    // Who is deleted takes his notes with him.
    expect((await ann.send('DELETE', `/admin/users/${bobsId}`)).status).toBe(204);
    expect(JSON.parse((await ann.get('/notes/all')).text)).toEqual([]);
  });

  it('keeps notes apart: nobody reads, changes or deletes another user’s', async () => {
    await registerAndConfirm('cleo@example.com', 'seven green doors');
    await registerAndConfirm('dan@example.com', 'seven green doors');
    const cleo = await loggedIn('cleo@example.com', 'seven green doors');
    const dan = await loggedIn('dan@example.com', 'seven green doors');
    const { id } = (await cleo.post('/notes', { text: 'Mine\nalone' })).body as { id: number };

    expect(JSON.parse((await dan.get('/notes')).text)).toEqual([]);
    expect((await dan.send('PATCH', `/notes/${id}`, { text: 'Taken' })).status).toBe(404);
    expect((await dan.send('DELETE', `/notes/${id}`)).status).toBe(404);
    expect((await browser().get('/notes')).status).toBe(401);

    expect(await cleo.send('PATCH', `/notes/${id}`, { text: 'Mine' })).toMatchObject({ status: 200, body: { id, text: 'Mine' } });
    expect(JSON.parse((await cleo.get('/notes')).text)).toMatchObject([{ id, text: 'Mine' }]);
    expect((await cleo.send('DELETE', `/notes/${id}`)).status).toBe(204);
    expect((await cleo.send('DELETE', `/notes/${id}`)).status).toBe(404);
  });

  it('refuses note bodies and ids that are none, with our code and without a change', async () => {
    await registerAndConfirm('eve@example.com', 'seven green doors');
    const eve = await loggedIn('eve@example.com', 'seven green doors');
    for (const text of [undefined, null, 7, ['x'], { a: 1 }, '', '  ', 'x'.repeat(2001), 'a\0b', '\ud800']) {
      const answer = await eve.post('/notes', { text });
      expect([text, answer.status, String(answer.body['code']).startsWith('NOTES_TEXT')]).toEqual([text, 400, true]);
    }
    for (const id of ['0', '-1', 'x', '1e3', '99999999999999999999', '%00', '__proto__'])
      expect([id, (await eve.send('DELETE', `/notes/${id}`)).status]).toEqual([id, 404]);
    expect((await eve.get('/notes?before=x')).status).toBe(400);
    expect((await eve.get('/notes?before=1&before=2')).status).toBe(400);
    expect(JSON.parse((await eve.get('/notes')).text)).toEqual([]);
  });

  it('lets nothing that came from outside act in the outbox', async () => {
    const email = `o'neil&x=1/*{}*/@example.com`;
    expect((await browser().post('/auth/register', { email, password: 'seven green doors' })).status).toBe(202);
    const shown = 'To o&#39;neil&#38;x=1/*{}*/@example.com';
    for (let tries = 0; tries < 50 && !(await browser().get('/outbox')).text.includes(shown); tries++) await pause(20);
    const { text } = await browser().get('/outbox');
    expect(text).toContain(shown);
    expect(text).not.toContain(`o'neil`);
    expect(text.match(/<script/g)).toHaveLength(2);
  });

  it.each(PAGES)('serves %s as a page that runs nothing inline and tells no address to anybody', async (path) => {
    const { status, headers, text } = await browser().get(path);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/html/);
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
    expect(headers.get('content-security-policy')).not.toContain('unsafe');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(text).not.toMatch(/<script(?![^>]* src="\/assets\/)|<style|\sstyle=|\son[a-z]+=/i);
    expect(text.match(/<h1/g)).toHaveLength(1);
    for (const [, file] of text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g))
      expect([file, (await browser().get(String(file))).status]).toEqual([file, 200]);
  });

  it('ties every field of every page to a label and to a line for its error', async () => {
    for (const path of PAGES) {
      const { text } = await browser().get(path);
      for (const [field, id] of text.matchAll(/<(?:input|textarea|select)\b[^>]*\sid="([^"]+)"[^>]*>/g)) {
        if (field.includes('aria-hidden')) continue;
        expect([path, id, text.includes(`<label for="${String(id)}"`)]).toEqual([path, id, true]);
        for (const described of /aria-describedby="([^"]+)"/.exec(field)?.[1]?.split(' ') ?? [])
          expect([path, text.includes(`id="${described}"`)]).toEqual([path, true]);
      }
    }
  });

  it('answers an unknown address with a page to people and with JSON to programs', async () => {
    const asPerson = await fetch(`${settings.baseUrl}/nowhere`, { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } });
    expect([asPerson.status, asPerson.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
    expect(await asPerson.text()).toContain('There is nothing here.');
    expect(await browser().get('/nowhere')).toMatchObject({ status: 404, body: { statusCode: 404 } });
  });

  it('shows the documents of the API at /docs, with its routes and ours', async () => {
    expect((await browser().get('/docs')).text).toContain('swagger-ui');
    const { paths } = (await browser().get('/docs-json')).body as { paths: object };
    expect(Object.keys(paths)).toEqual(expect.arrayContaining(['/auth/login', '/admin/users', '/notes', '/notes/all']));
  });
});

describe('The sample app on Fastify', () => {
  it('leads from the foot of its pages to documents that are there', async () => {
    const database = await testDatabase();
    const settings = await sampleSettings(database, { FRAMEWORK: 'fastify' });
    const app = await createApp(settings, { quiet: true });
    try {
      await app.listen(settings.port, settings.host);
      const visitor = new Browser(settings.baseUrl, CHROME);
      const { text } = await visitor.get('/');
      const href = /<footer[^]*<a href="([^"]+)">API<\/a>/.exec(text)?.[1] ?? '';
      expect(await visitor.get(href)).toMatchObject({ status: 200, body: { openapi: expect.any(String) } });
    } finally {
      await app.close();
      await database.drop();
    }
  });
});

describe('The pages for administrators', () => {
  const folder = new URL('../../sample-app/pages/', import.meta.url);
  /** What a console in another app would be made of: all pages of the administration but the sample's own, and what they import. */
  const files = ['manage', 'manage-user', 'manage-new-user', 'manage-devices', 'manage-everyone'].flatMap((name) => [
    `${name}.html`,
    `assets/${name}.js`,
  ]);

  function withImports(file: string, seen = new Map<string, string>()): Map<string, string> {
    if (seen.has(file)) return seen;
    const text = readFileSync(new URL(file, folder), 'utf8');
    seen.set(file, text);
    for (const [, imported] of text.matchAll(/from '\.\/([^']+)'/g)) withImports(`assets/${String(imported)}`, seen);
    return seen;
  }

  it('know nothing of the sample: what they know of a host is in one file', () => {
    const all = new Map(files.flatMap((file) => [...withImports(file)]));
    const host = all.get('assets/host.js');
    all.delete('assets/host.js');
    expect(host).toMatch(/notes/i);
    expect(all.size).toBeGreaterThan(files.length + 5);
    for (const [file, text] of all) expect([file, /\bnotes?\b|notes_|company|'\/app'/i.exec(text)?.[0]]).toEqual([file, undefined]);
  });
});

describe('The sample app in production', () => {
  it('has no outbox, and the first to come is nobody special', async () => {
    const database = await testDatabase();
    const settings = await sampleSettings(database, {
      NODE_ENV: 'production',
      SMTP_URL: 'smtp://127.0.0.1:1',
      MAIL_FROM: 'notes@example.com',
    });
    const app = await createApp(settings, { quiet: true });
    try {
      await app.listen(settings.port, settings.host);
      const visitor = new Browser(settings.baseUrl, CHROME);
      expect((await visitor.get('/outbox')).status).toBe(404);
      expect((await visitor.get('/')).text).not.toContain('data-development>');
      const made = await visitor.post('/auth/register', { username: 'first', password: 'seven green doors' });
      expect(made).toMatchObject({ status: 201, body: { user: { isAdmin: false } } });
    } finally {
      await app.close();
      await database.drop();
    }
  });

  it('does not start when mails could go nowhere or their links would lead nowhere', () => {
    const whole = {
      NODE_ENV: 'production',
      SMTP_URL: 'smtp://mail.example.com',
      MAIL_FROM: 'notes@example.com',
      BASE_URL: 'https://notes.example.com',
    };
    for (const missing of ['SMTP_URL', 'MAIL_FROM', 'BASE_URL'])
      expect(() => settingsFrom({ ...whole, [missing]: undefined })).toThrow(`set ${missing} `);
    expect(settingsFrom(whole)).toMatchObject({ production: true, baseUrl: 'https://notes.example.com' });
    expect(() => settingsFrom({ PORT: 'three thousand' })).toThrow('PORT');
  });

  it.each([
    ['notes.sqlite', { type: 'better-sqlite3', database: 'notes.sqlite' }],
    ['sqlite:data/notes.sqlite', { type: 'better-sqlite3', database: 'data/notes.sqlite' }],
    ['postgres://ann@db/notes', { type: 'postgres', url: 'postgres://ann@db/notes' }],
    ['mysql://ann@db/notes', { type: 'mariadb', url: 'mysql://ann@db/notes' }],
  ])('reads DATABASE_URL=%s', (url, expected) => {
    expect(settingsFrom({ DATABASE_URL: url }).database).toEqual(expected);
  });
});
