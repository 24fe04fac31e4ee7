import Sqlite from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, UseGuards } from '@nestjs/common';
import { OptionalSession, Public, SessionGuard } from 'nestjs-users';
import { SERVERS, testEngine } from '../support/database.js';
import { FRAMEWORKS, HostApp, PASSWORD } from '../support/host-app.js';
import type { HttpAnswer } from '../support/http-client.js';
import { NO_LIMITS } from '../support/limits.js';
import { TcpProxy, throughProxy } from '../support/tcp-proxy.js';
import { Visitor } from '../support/visitor.js';

let handled = 0;

@Controller('notes')
@UseGuards(SessionGuard)
class NotesController {
  @Get() list() {
    handled += 1;
    return {};
  }
  @Get('open') @Public() open() {
    return { open: true };
  }
}

@Controller('front')
class FrontController {
  @Get() @OptionalSession() front() {
    handled += 1;
    return {};
  }
}

const CHECK_TIMEOUT = 1_000;
/** The machine may be busy; a pool or a socket that waits for its own time-out takes far longer. */
const PATIENCE = 2_500;

/** A way to lose the database, and the way back. */
interface Trouble {
  readonly what: string;
  readonly begin: () => void | Promise<void>;
  readonly end: () => void | Promise<void>;
}

const engine = testEngine();

for (const framework of FRAMEWORKS) {
  describe(`A database in trouble (${engine}, ${framework})`, () => {
    let proxy: TcpProxy | undefined;
    let locker: Sqlite.Database | undefined;
    let host: HostApp;
    beforeAll(async () => {
      if (engine !== 'sqlite') {
        const { hostname, port } = SERVERS[engine];
        proxy = await TcpProxy.before({ host: hostname, port: Number(port === '' ? { postgres: 5432, mariadb: 3306 }[engine] : port) });
      }
      host = await HostApp.start({
        listen: framework,
        routes: true,
        limits: NO_LIMITS,
        controllers: [NotesController, FrontController],
        http: { checkTimeout: `${CHECK_TIMEOUT / 1_000}s` },
        connection: (options) => (proxy === undefined ? options : throughProxy(options, proxy.port)),
      });
      await host.user('root', { isAdmin: true });
    });
    afterEach(async () => {
      for (const { end } of TROUBLES) await end();
    });
    afterAll(async () => {
      locker?.close();
      await host.close();
      await proxy?.close();
    });

    const TROUBLES: readonly Trouble[] =
      engine === 'sqlite'
        ? [
            { what: 'locked by another process', begin: () => lock(), end: () => unlock() },
            {
              what: 'closed under the app',
              begin: () => host.dataSource.destroy(),
              end: async () => void (host.dataSource.isInitialized || (await host.dataSource.initialize())),
            },
          ]
        : [
            { what: 'gone', begin: () => proxy?.cut(), end: () => proxy?.heal() },
            {
              what: 'silent',
              begin: () => proxy?.hang(),
              // What was lost on the way stays lost: those connections are of no use any more.
              end: () => {
                proxy?.reset();
                proxy?.heal();
              },
            },
          ];

    function lock(): void {
      locker = new Sqlite(String(host.dataSource.options.database));
      locker.exec('BEGIN EXCLUSIVE');
    }

    function unlock(): void {
      if (locker?.inTransaction === true) locker.exec('COMMIT');
      locker?.close();
      locker = undefined;
    }

    /** A 503 of ours, in time, that keeps the cookie. */
    async function expectUnavailable(send: () => Promise<HttpAnswer>): Promise<void> {
      const start = performance.now();
      const { status, body, headers } = await send();
      const took = performance.now() - start;
      expect([status, body.code]).toEqual([503, 'USERS_UNAVAILABLE']);
      expect(headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
      expect(headers.getSetCookie()).toEqual([]);
      expect(took).toBeLessThan(CHECK_TIMEOUT + PATIENCE);
    }

    for (const [index, what] of (engine === 'sqlite'
      ? ['locked by another process', 'closed under the app']
      : ['gone', 'silent']
    ).entries()) {
      const trouble = TROUBLES[index] as Trouble;

      it(`${what}: guarded routes say 503, open ones answer, and the session is there when it is back [B-134][W6]`, async () => {
        const browser = await Visitor.signedIn(host, 'root');
        const program = await Visitor.signedIn(host, 'root', { transport: 'bearer' });
        const cookies = new Map(browser.client.cookies);
        handled = 0;
        await trouble.begin();
        const paths = ['/notes', '/front', '/auth/me', '/auth/session', '/admin/users'];
        // Together they also take every connection that a pool has.
        await Promise.all([browser, program].flatMap((visitor) => paths.map((path) => expectUnavailable(() => visitor.send('GET', path)))));
        expect(handled).toBe(0);
        expect((await browser.send('GET', '/notes/open')).body).toEqual({ open: true });
        expect((await host.client().get('/notes', { token: 'nonsense' })).status).toBe(401);
        expect((await host.client().get('/auth/session')).body).toEqual({ user: null, session: null });
        await trouble.end();
        expect(browser.client.cookies).toEqual(cookies);
        expect([await browser.isSignedIn(), await program.isSignedIn()]).toEqual([true, true]);
        expect((await browser.send('GET', '/notes')).status).toBe(200);
      });

      it(`${what}: what needs it says 503 and does nothing [B-134]`, async () => {
        const client = host.client();
        await trouble.begin();
        const token = `0190a6e0-0000-7000-8000-000000000000.${'A'.repeat(43)}`;
        await Promise.all([
          expectUnavailable(() => client.post('/auth/login', { login: 'root', password: PASSWORD })),
          expectUnavailable(() => client.post('/auth/register', { username: `late${index}`, password: PASSWORD })),
          expectUnavailable(() => client.post('/auth/password/reset/request', { login: 'root' })),
          expectUnavailable(() => client.post('/auth/password/reset/confirm', { token, newPassword: 'a wholly different sentence' })),
        ]);
        // What is malformed is that, database or none.
        expect((await client.post('/auth/login', { login: 'root' })).status).toBe(400);
        await trouble.end();
        expect((await client.post('/auth/login', { login: 'root', password: PASSWORD })).status).toBe(200);
        expect(await host.users.find({ username: `late${index}` })).toBeNull();
      });

      it(`${what}: a log-out says 503, and the session lives until one gets through`, async () => {
        const visitor = await Visitor.signedIn(host, 'root');
        await trouble.begin();
        await expectUnavailable(() => visitor.send('POST', '/auth/logout'));
        await trouble.end();
        expect(await visitor.isSignedIn()).toBe(true);
        expect((await visitor.send('POST', '/auth/logout')).status).toBe(204);
        expect(await visitor.isSignedIn()).toBe(false);
      });
    }
  });
}
