import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Post, UseGuards } from '@nestjs/common';
import { SessionGuard } from 'nestjs-users';
import { dumpOf } from '../support/database-dump.js';
import { FRAMEWORKS, HostApp, PASSWORD } from '../support/host-app.js';
import { NO_LIMITS } from '../support/limits.js';
import { named, OWN_ROUTES, UNSAFE_ROUTES } from '../support/own-routes.js';
import { startInProduction } from '../support/production.js';
import { type RawAnswer, sendRaw } from '../support/raw-http.js';

@Controller('notes')
@UseGuards(SessionGuard)
class NotesController {
  @Get() list() {
    return {};
  }
  @Post() add() {
    return {};
  }
}

const OWN = 'https://app.example.com';
const FRONT = 'https://front.example.com';

/** What a page of another site may make a browser send. */
const HOSTILE: readonly (readonly string[])[] = [
  ['Sec-Fetch-Site: cross-site'],
  ['Sec-Fetch-Site: same-site'],
  ['Sec-Fetch-Site: cross-site', 'Origin: https://evil.example'],
  ['Sec-Fetch-Site: cross-site', 'Origin: null'],
  ['Sec-Fetch-Site: same-site', 'Origin: https://other.example.com'],
  ['Sec-Fetch-Site: cross-site', `Origin: ${OWN}`],
  ['Sec-Fetch-Site: SAME-ORIGIN'],
  ['Sec-Fetch-Site: same-origin, cross-site'],
  ['Sec-Fetch-Site: same-origin', 'Sec-Fetch-Site: cross-site'],
  ['Sec-Fetch-Site: '],
  ['Origin: null'],
  ['Origin: '],
  ['Origin: https://evil.example'],
  [`Origin: ${OWN}.evil.example`],
  [`Origin: ${OWN}:8443`],
  [`Origin: ${OWN}@evil.example`],
  [`Origin: ${OWN}/`],
  [`Origin: ${OWN}, https://evil.example`],
  ['Origin: https://evil.example', `Origin: ${OWN}`],
  ['Origin: http://app.example.com'],
  ['Origin: https://xapp.example.com'],
  ['Origin: https://evil.app.example.com'],
  [`Origin: ${FRONT}.evil.example`],
  ['Origin: http://front.example.com'],
  ['Origin: http://localhost:3000'],
  ['Origin: file://'],
  [`Referer: ${OWN}/account`],
  [],
];

/** The rule is one for all routes: a few get everything, the others enough to see that it stands before them. */
const THOROUGHLY = ['/auth/logout', '/auth/me/delete', '/admin/users/:id/admin', '/notes'];
const SOME_HOSTILE = [['Sec-Fetch-Site: cross-site', 'Origin: https://evil.example'], ['Origin: null'], []];

const WELCOME: readonly (readonly string[])[] = [
  ['Sec-Fetch-Site: same-origin'],
  ['Sec-Fetch-Site: none'],
  ['Sec-Fetch-Site: cross-site', `Origin: ${FRONT}`],
  ['Sec-Fetch-Site: same-site', `Origin: ${FRONT}`],
  [`Origin: ${OWN}`],
  [`Origin: ${FRONT}`],
];

for (const framework of FRAMEWORKS) {
  describe(`Requests of other sites on ${framework}, in production`, () => {
    let host: HostApp;
    let token: string;
    beforeAll(async () => {
      const http = { origins: [FRONT] };
      host = await startInProduction({
        listen: framework,
        routes: true,
        limits: NO_LIMITS,
        controllers: [NotesController],
        http,
        mail: { baseUrl: OWN },
      });
      const { id } = await host.user('ann', { isAdmin: true });
      ({ token } = await host.sessions.open(id));
    });
    afterAll(() => host.close());

    const cookie = (): string => `Cookie: __Host-session=${token}`;
    const send = (method: string, path: string, headers: readonly string[], body = ''): Promise<RawAnswer> =>
      sendRaw(host.url, {
        method,
        path: path.replace(':id', 'x'),
        headers: body === '' ? headers : [...headers, 'Content-Type: application/json'],
        body,
      });
    const codeOf = ({ status, body }: RawAnswer): string => `${status} ${/"code":"(\w+)"/.exec(body)?.[1] ?? ''}`;

    it.each(
      [...UNSAFE_ROUTES, { method: 'POST', path: '/notes', entrance: 'session' } as const].map((route) => [named(route), route] as const),
    )('%s does nothing for a page of another site [B-112][B-113]', async (_, { method, path }) => {
      const before = await dumpOf(host.dataSource);
      for (const headers of THOROUGHLY.includes(path) ? HOSTILE : SOME_HOSTILE) {
        expect([headers, codeOf(await send(method, path, [...headers, cookie()]))]).toEqual([headers, '403 USERS_CROSS_SITE']);
      }
      expect(await dumpOf(host.dataSource)).toEqual(before);
    });

    it('own pages, listed origins and programs get through', async () => {
      for (const headers of WELCOME) {
        expect([headers, (await send('DELETE', '/auth/email/change', [...headers, cookie()])).status]).toEqual([headers, 204]);
        expect([headers, (await send('POST', '/notes', [...headers, cookie()])).status]).toEqual([headers, 201]);
      }
      expect((await send('POST', '/auth/logout', [])).status).toBe(204);
    });

    it('a bearer token is no browser’s: it is exempt, even beside a cookie', async () => {
      for (const headers of HOSTILE) {
        expect((await send('DELETE', '/auth/email/change', [...headers, `Authorization: Bearer ${token}`, cookie()])).status).toBe(204);
      }
    });

    it('nobody is signed in as somebody else by another site’s page', async () => {
      const body = JSON.stringify({ login: 'ann', password: PASSWORD });
      const before = await dumpOf(host.dataSource);
      for (const headers of HOSTILE.filter((one) => one.length > 0 && !one[0]?.startsWith('Referer'))) {
        const answer = await send('POST', '/auth/login', headers, body);
        expect([headers, codeOf(answer)]).toEqual([headers, '403 USERS_CROSS_SITE']);
        expect(answer.headers.some(([name]) => name === 'set-cookie')).toBe(false);
      }
      expect(await dumpOf(host.dataSource)).toEqual(before);
    });

    it('no origin is reflected, and no pre-flight of ours is answered [B-120]', async () => {
      for (const { method, path } of OWN_ROUTES) {
        const headers = [
          'Origin: https://evil.example',
          'Access-Control-Request-Method: POST',
          'Access-Control-Request-Headers: content-type',
        ];
        for (const asked of [method, 'OPTIONS']) {
          const answer = await send(asked, path, headers);
          expect(answer.headers.filter(([name]) => name.startsWith('access-control'))).toEqual([]);
        }
      }
    });

    it('GET, HEAD and OPTIONS change nothing, wherever they come from [B-112]', async () => {
      const before = await dumpOf(host.dataSource);
      for (const { path } of OWN_ROUTES) {
        for (const method of ['GET', 'HEAD', 'OPTIONS'])
          await send(method, path, ['Sec-Fetch-Site: cross-site', 'Origin: https://evil.example', cookie()]);
      }
      await host.settled();
      expect(await dumpOf(host.dataSource)).toEqual(before);
      expect((await send('GET', '/auth/logout', [cookie()])).status).toBe(404);
      expect((await send('GET', '/auth/me', [cookie()])).status).toBe(200);
    });

    it('two Host headers vouch for no origin', async () => {
      const answer = await send('POST', '/auth/logout', ['Host: evil.example', 'Origin: http://evil.example', cookie()]);
      // Fastify or Node may refuse such a request before us.
      expect([400, 403]).toContain(answer.status);
    });
  });

  describe(`Requests of other sites on ${framework}, without a base URL`, () => {
    let host: HostApp;
    let token: string;
    beforeAll(async () => {
      host = await HostApp.start({ listen: framework, routes: true });
      await host.user();
      ({ token } = await host.sessions.open({ username: 'ann' }));
    });
    afterAll(() => host.close());

    const cancel = async (headers: readonly string[]): Promise<number> =>
      (await sendRaw(host.url, { method: 'DELETE', path: '/auth/email/change', headers: [...headers, `Cookie: session=${token}`] })).status;

    it('an origin must have the request’s host [B-113]', async () => {
      const { host: name, port } = new URL(host.url);
      expect(await cancel([`Origin: http://${name}`])).toBe(204);
      for (const origin of [
        `http://${name}.evil.example`,
        `http://evil.example:${port}`,
        'null',
        'https://evil.example',
        `http://evil@${name}`,
      ])
        expect(await cancel([`Origin: ${origin}`])).toBe(403);
      expect(await cancel([])).toBe(403);
    });

    it('outside production a page on this machine may', async () => {
      for (const origin of ['http://localhost:5173', 'http://127.0.0.1:4200', 'http://app.localhost']) {
        expect(await cancel(['Sec-Fetch-Site: cross-site', `Origin: ${origin}`])).toBe(204);
      }
      for (const origin of [
        'http://localhost.evil.example',
        'http://localhostile',
        'http://127.0.0.1.evil.example',
        'https://evil.example',
        'null',
      ]) {
        expect(await cancel(['Sec-Fetch-Site: cross-site', `Origin: ${origin}`])).toBe(403);
      }
    });
  });
}
