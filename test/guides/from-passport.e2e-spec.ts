import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Controller, Get, Module, Post, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { TypeOrmModule } from '@nestjs/typeorm';
import bcrypt from 'bcrypt';
import session, { type Store } from 'express-session';
import { CurrentUser, idOfLegacy, type ImportReport, PasswordResetService, Public, SessionsService, UsersService } from 'nestjs-users';
import fileStore from 'session-file-store';
import { DataSource } from 'typeorm';
import { OldUser } from '../../docs/snippets/old-user.entity.js';
import { type TestDatabase, testDatabase } from '../support/database.js';
import { HttpClient } from '../support/http-client.js';
import { GuideCode } from './guide-code.js';
import { startOldApp, useOldSessions } from './old-passport-app.js';

const PASSWORD = 'correct horse battery';
const MINUTE = 60_000;

@Controller()
class NewController {
  @Get('notes') notes(@CurrentUser('username') of: string) {
    return { of };
  }
  @Post('notes') write(@CurrentUser('username') of: string) {
    return { of };
  }
  @Get('about') @Public() about() {
    return {};
  }
}

/** The new deploy: the guide's root module beside the app's own things. */
async function startNewApp(database: TestDatabase, store: Store, guide: Type): Promise<NestExpressApplication> {
  class NewApp {}
  Module({
    imports: [
      TypeOrmModule.forRoot({ ...database.options, autoLoadEntities: true, retryAttempts: 0 }),
      TypeOrmModule.forFeature([OldUser]),
      guide,
    ],
    controllers: [NewController],
  })(NewApp);
  const app = await NestFactory.create<NestExpressApplication>(NewApp, { logger: false, abortOnError: false });
  useOldSessions(app, store);
  await app.listen(0, '127.0.0.1');
  return app;
}

describe('the guide from Passport and express-session', () => {
  let folder: string;
  let database: TestDatabase;
  let code: GuideCode;
  let store: Store;
  let oldApp: NestExpressApplication;
  let app: NestExpressApplication;
  let [users, sessions]: [UsersService, SessionsService] = [null!, null!];
  let oldUrl: string;
  let url: string;
  let later = 0;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'old-sessions-'));
    store = new (fileStore(session))({ path: folder, logFn: () => undefined, retries: 0 });
    database = await testDatabase();
    oldApp = await startOldApp(database.options, store);
    oldUrl = await oldApp.getUrl();
    const names = ['ann', 'bob', 'cid', 'dot', 'eve', 'fay', 'gus', 'hal', 'ida', 'jon', 'kim', 'lou'];
    const password = await bcrypt.hash(PASSWORD, 4);
    const rows = names.map((username) => ({ username, email: `${username}@example.org`, password }));
    await oldApp.get(DataSource).getRepository(OldUser).save(rows);

    code = new GuideCode('from-passport.md', ['move-in.ts', 'old-sessions.guard.ts', 'app.module.ts'], ['old-user.entity.ts']);
    const { AppModule } = await code.import<{ AppModule: Type }>('app.module.ts');
    app = await startNewApp(database, store, AppModule);
    [users, sessions, url] = [app.get(UsersService), app.get(SessionsService), await app.getUrl()];
    const now = Date.now.bind(Date);
    jest.spyOn(Date, 'now').mockImplementation(() => now() + later);
  }, 60_000);
  beforeEach(() => void (later = 0));
  afterAll(async () => {
    jest.restoreAllMocks();
    await app?.close();
    await oldApp?.close();
    await database?.drop();
    code?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A browser that has signed in on the old app. */
  async function oldBrowser(username: string): Promise<HttpClient> {
    const browser = new HttpClient(oldUrl);
    expect((await browser.post('/login', { username, password: PASSWORD })).status).toBe(201);
    expect(await browser.get('/notes')).toMatchObject({ status: 200, body: { of: username } });
    return onNewApp(browser);
  }
  function onNewApp(browser: HttpClient): HttpClient {
    const same = new HttpClient(url);
    for (const [name, value] of browser.cookies) if (name === 'connect.sid') same.cookies.set(name, value);
    return same;
  }
  const idOf = async (username: string): Promise<string> => (await users.findOrFail({ username })).id;
  const countOf = async (username: string): Promise<number> => (await sessions.list({ userId: await idOf(username) })).items.length;

  it('brings every user over once, with his password, by ids that can be computed', async () => {
    type MoveIn = (to: UsersService, from: DataSource, dryRun: boolean) => Promise<ImportReport>;
    const { moveIn } = await code.import<{ moveIn: MoveIn }>('move-in.ts');
    const dataSource = app.get(DataSource);
    expect(await moveIn(users, dataSource, true)).toMatchObject({ read: 12, imported: 12, present: 0, faults: [] });
    expect(await users.find({ username: 'ann' })).toBeNull();
    expect(await moveIn(users, dataSource, false)).toMatchObject({ read: 12, imported: 12, faults: [] });
    expect(await moveIn(users, dataSource, false)).toMatchObject({ read: 12, imported: 0, present: 12 });
    expect(await idOf('ann')).toBe(idOfLegacy('passport', '1'));
    const browser = new HttpClient(url);
    expect((await browser.post('/auth/login', { login: 'ann', password: PASSWORD })).status).toBe(200);
    expect(await browser.get('/notes')).toMatchObject({ status: 200, body: { of: 'ann' } });
  });

  it('answers the first request with an old cookie as signed in; after a minute the old session is over', async () => {
    const browser = await oldBrowser('bob');
    const thief = onNewApp(browser);
    expect(await browser.get('/notes')).toMatchObject({ status: 200, body: { of: 'bob' } });
    expect([...browser.cookies.keys()].sort()).toEqual(['connect.sid', 'session']);
    const ours = browser.cookies.get('session');
    expect(await browser.post('/notes')).toMatchObject({ status: 201, body: { of: 'bob' } });
    later = MINUTE + 1_000;
    expect(await browser.get('/notes')).toMatchObject({ status: 200, body: { of: 'bob' } });
    expect(browser.cookies.get('session')).toBe(ours);
    expect((await thief.get('/notes')).status).toBe(401);
    expect(await countOf('bob')).toBe(1);
    expect((await browser.get('/notes')).status).toBe(200);
  });

  it('takes a POST as the first request, and one whose answer was lost again', async () => {
    const browser = await oldBrowser('cid');
    expect(await onNewApp(browser).post('/notes')).toMatchObject({ status: 201, body: { of: 'cid' } });
    expect(await browser.post('/notes')).toMatchObject({ status: 201, body: { of: 'cid' } });
  });

  it('refuses nobody when sixteen requests come at once, and leaves one session', async () => {
    const browser = await oldBrowser('dot');
    const tabs = Array.from({ length: 16 }, () => onNewApp(browser));
    const answers = await Promise.all(tabs.map((tab) => tab.get('/notes')));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 16 }, () => 200));
    expect(new Set(tabs.map(({ cookies }) => cookies.get('session'))).size).toBe(await countOf('dot'));
    later = MINUTE + 1_000;
    expect((await tabs[7]!.get('/notes')).status).toBe(200);
    expect(await countOf('dot')).toBe(1);
    const after = await Promise.all(tabs.map((tab) => tab.get('/notes')));
    expect(after.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('would refuse some of them if the old session ended at the first request (control)', async () => {
    const browser = await oldBrowser('eve');
    const sid = decodeURIComponent(browser.cookies.get('connect.sid') ?? '').replace(/^s:([^.]*)\..*$/, '$1');
    expect((await onNewApp(browser).get('/notes')).status).toBe(200);
    await new Promise((resolve) => store.destroy(sid, resolve));
    expect((await onNewApp(browser).get('/notes')).status).toBe(401);
  });

  it('keeps out what other sites send, and lets nothing come over by it', async () => {
    const browser = await oldBrowser('fay');
    const elsewhere = { headers: { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' } };
    expect(await browser.post('/notes', undefined, elsewhere)).toMatchObject({ status: 403, body: { code: 'USERS_CROSS_SITE' } });
    expect(await browser.post('/auth/logout', undefined, elsewhere)).toMatchObject({ status: 403 });
    expect(await countOf('fay')).toBe(0);
    expect((await browser.get('/about')).status).toBe(200);
    expect(await countOf('fay')).toBe(0);
    // What a frame of another site loads: the browser keeps no cookie of ours, and the old one goes on.
    await onNewApp(browser).get('/notes', elsewhere);
    expect((await browser.get('/notes')).status).toBe(200);
  });

  it('gives a token that nobody knew before, also for a cookie that was planted', async () => {
    const browser = await oldBrowser('gus');
    browser.cookies.set('session', 'chosen-by-somebody-else');
    expect((await browser.get('/notes')).status).toBe(200);
    expect(browser.cookies.get('session')).not.toBe('chosen-by-somebody-else');
  });

  it('leaves the old session behind at log-out and at log-in', async () => {
    const browser = await oldBrowser('hal');
    const copy = onNewApp(browser);
    expect((await browser.post('/auth/logout')).status).toBe(204);
    expect((await copy.get('/notes')).status).toBe(401);

    const other = await oldBrowser('hal');
    const itsCopy = onNewApp(other);
    expect((await other.post('/auth/login', { login: 'ida', password: PASSWORD })).status).toBe(200);
    expect(await other.get('/notes')).toMatchObject({ status: 200, body: { of: 'ida' } });
    expect((await itsCopy.get('/notes')).status).toBe(401);
  });

  it.each<[string, (id: string) => Promise<unknown>]>([
    ['a changed password', (id) => users.setPassword(id, 'another quiet harbour')],
    [
      'a password that was reset',
      async (id) => {
        const resets = app.get(PasswordResetService);
        await resets.reset((await resets.issue(id)).token, 'another quiet harbour');
      },
    ],
    ['a deactivation, also when it is undone', async (id) => [await users.deactivate(id), await users.activate(id)]],
    [
      'an end on all devices',
      async (id) => {
        await sessions.open(id);
        await sessions.endAll({ userId: id });
      },
    ],
  ])('does not let an old cookie outlive %s', async (_what, act) => {
    const name = ['ida', 'jon', 'kim', 'lou'][turn++]!;
    const [moved, waiting] = [await oldBrowser(name), await oldBrowser(name)];
    expect((await moved.get('/notes')).status).toBe(200);
    await act(await idOf(name));
    expect((await moved.get('/notes')).status).toBe(401);
    expect((await waiting.get('/notes')).status).toBe(401);
  });
  let turn = 0;

  it('opens nothing by a cookie whose signature is wrong, or without one', async () => {
    const browser = await oldBrowser('ann');
    const forged = onNewApp(browser);
    forged.cookies.set('connect.sid', `${browser.cookies.get('connect.sid') ?? ''}x`);
    expect((await forged.get('/notes')).status).toBe(401);
    expect((await new HttpClient(url).get('/notes')).status).toBe(401);
  });
});
