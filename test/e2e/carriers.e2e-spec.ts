import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Post, UseGuards } from '@nestjs/common';
import { CurrentUser, Public, SessionGuard } from 'nestjs-users';
import { FRAMEWORKS, HostApp, PASSWORD } from '../support/host-app.js';
import type { HttpAnswer } from '../support/http-client.js';
import { NO_LIMITS } from '../support/limits.js';
import { sendRaw } from '../support/raw-http.js';
import { Statements } from '../support/statements.js';

let handled = 0;

@Controller('notes')
@UseGuards(SessionGuard)
class NotesController {
  @Get() list(@CurrentUser('username') username: string) {
    handled += 1;
    return { username };
  }
  @Post() add(@CurrentUser('username') username: string) {
    handled += 1;
    return { username };
  }
  @Get('open') @Public() open() {
    return { open: true };
  }
}

/** Each turns a good token into one that is none: what a query may be asked for is marked by the number of statements. */
const SPOILT: readonly (readonly [what: string, spoil: (token: string) => string, statements: 0 | 1])[] = [
  ['nothing', () => '', 0],
  ['one letter', () => 'a', 0],
  ['its id alone', (token) => token.slice(0, 36), 0],
  ['its secret alone', (token) => token.slice(37), 0],
  ['one letter less', (token) => token.slice(0, -1), 0],
  ['one letter more', (token) => `${token}A`, 0],
  ['ten thousand letters', () => 'A'.repeat(10_000), 0],
  ['an upper-case id', (token) => token.slice(0, 36).toUpperCase() + token.slice(36), 0],
  ['another secret', (token) => token.slice(0, 37) + 'A'.repeat(43), 1],
  ['its secret in the other case', (token) => token.slice(0, 37) + flipped(token.slice(37)), 1],
  ['an id that is nobody’s', (token) => `0190a6e0-0000-7000-8000-000000000000${token.slice(36)}`, 1],
  ['base64 in place of base64url', (token) => `${token.slice(0, -1)}+`, 0],
  ['a NUL in percent signs', (token) => `${token}%00`, 0],
  ['a broken percent sign', (token) => `%E0%A4%A${token}`, 0],
  ['the mark of a signed cookie', (token) => `s:${token}`, 0],
  ['quotes', (token) => `"${token}"`, 0],
  ['one quote', (token) => `"${token}`, 0],
  ['a JWT', () => 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm4ifQ.', 0],
  ['Unicode', (token) => `${token.slice(0, -1)}\u00e9`, 0],
  ['a pattern', () => `%.${'_'.repeat(43)}`, 0],
];

const flipped = (text: string): string =>
  text.replace(/[a-zA-Z]/g, (letter) => (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()));

for (const framework of FRAMEWORKS) {
  describe(`Credentials on ${framework}`, () => {
    let host: HostApp;
    let token: string;
    let statements: Statements;
    beforeAll(async () => {
      host = await HostApp.start({ listen: framework, routes: true, limits: NO_LIMITS, controllers: [NotesController] });
      await host.user();
      ({ token } = await host.sessions.open({ username: 'ann' }));
      statements = Statements.of(host.dataSource);
    });
    afterAll(() => host.close());

    const notes = (headers: Record<string, string>): Promise<HttpAnswer> => host.client().get('/notes', { headers });
    const rawNotes = async (...headers: string[]): Promise<number> => (await sendRaw(host.url, { path: '/notes', headers })).status;
    /** The handler must not have run, whatever the answer says. */
    async function expectRefusal(send: () => Promise<{ status: number } | number>): Promise<void> {
      const before = handled;
      const answer = await send();
      expect(typeof answer === 'number' ? answer : answer.status).toBe(401);
      expect(handled).toBe(before);
    }

    it('a good one is one statement, and none on a public route [4.16]', async () => {
      for (const headers of [
        { authorization: `Bearer ${token}` },
        { authorization: `bEARER ${token}` },
        { cookie: `session=${token}` },
        { cookie: `a=b;session=${token};c` },
      ] as Record<string, string>[]) {
        expect(await statements.before(async () => expect((await notes(headers)).body).toEqual({ username: 'ann' }))).toHaveLength(1);
        expect(await statements.before(async () => expect((await host.client().get('/notes/open', { headers })).status).toBe(200))).toEqual(
          [],
        );
      }
    });

    it.each(SPOILT)('%s is no token, as bearer or as cookie [B-85][B-98]', async (_, spoil, cost) => {
      const spoilt = spoil(token);
      for (const header of [`Authorization: Bearer ${spoilt}`, `Cookie: session=${spoilt}`]) {
        const asked = await statements.before(() => expectRefusal(() => rawNotes(header)));
        expect(asked).toHaveLength(cost);
        expect(await statements.before(() => sendRaw(host.url, { path: '/notes/open', headers: [header] }))).toEqual([]);
      }
    });

    it.each([
      'Bearer',
      'Bearer ',
      'Basic YW5uOmE=',
      'Bearer  TOKEN',
      'Bearer TOKEN b',
      'Bearer TOKEN,',
      'Bearer, TOKEN',
      'TOKEN',
      'Token TOKEN',
      'Bearer\tTOKEN',
      'Bearer "TOKEN"',
      'Digest TOKEN',
      'Bearer TOKEN\u00a0',
      '',
    ])('an Authorization header that reads "%s" is refused without a statement, also beside a good cookie [B-98]', async (value) => {
      const header = `Authorization: ${value.replace('TOKEN', token)}`;
      expect(await statements.before(() => expectRefusal(() => rawNotes(header)))).toEqual([]);
      expect(await statements.before(() => expectRefusal(() => rawNotes(header, `Cookie: session=${token}`)))).toEqual([]);
    });

    it('white space around a header is the parser’s, and no part of the token', async () => {
      expect(await rawNotes(`Authorization:   Bearer ${token}  `)).toBe(200);
    });

    it('of two Authorization headers neither counts, whatever they hold', async () => {
      const [good, bad] = [`Authorization: Bearer ${token}`, 'Authorization: Bearer a'];
      for (const headers of [
        [good, bad],
        [bad, good],
        [good, good],
        [good, `authorization: Bearer ${token}`],
      ])
        await expectRefusal(() => rawNotes(...headers));
    });

    it('of two session cookies neither counts [B-114]', async () => {
      const [good, other] = [`session=${token}`, 'session=a'];
      for (const cookie of [`${good}; ${other}`, `${other}; ${good}`, `${good}; ${good}`, `session=; ${good}`])
        await expectRefusal(() => notes({ cookie }));
      await expectRefusal(() => rawNotes(`Cookie: ${good}`, `Cookie: ${other}`));
    });

    it('with an Authorization header only that counts', async () => {
      const { token: other } = await host.sessions.open({ username: 'ann' });
      expect((await notes({ authorization: `Bearer ${token}`, cookie: 'session=a' })).status).toBe(200);
      expect((await notes({ authorization: `Bearer ${token}`, cookie: `session=${other}` })).status).toBe(200);
      await expectRefusal(() => notes({ authorization: 'Bearer a', cookie: `session=${token}` }));
    });

    it('a log-out by a bad bearer leaves the cookie beside it alone', async () => {
      const { token: kept } = await host.sessions.open({ username: 'ann' });
      const answer = await host
        .client()
        .post('/auth/logout', undefined, { headers: { authorization: 'Bearer a', cookie: `session=${kept}` } });
      expect([answer.status, answer.headers.getSetCookie()]).toEqual([204, []]);
      expect((await notes({ cookie: `session=${kept}` })).status).toBe(200);
    });

    it('no token counts from an address, a body or another header [W18][B-82]', async () => {
      const client = host.client();
      for (const name of ['token', 'access_token', 'session', 'auth', 'api_key', 'authorization', '__Host-session']) {
        await expectRefusal(() => client.get(`/notes?${name}=${token}`));
        await expectRefusal(() => client.post(`/notes?${name}=${token}`, { [name]: token }));
        await expectRefusal(() => notes({ cookie: `${name === 'session' ? 'Session' : name}=${token}` }));
      }
      for (const name of [
        'x-session',
        'x-auth-token',
        'x-access-token',
        'x-api-key',
        'token',
        'proxy-authorization',
        'x-authorization',
        'session',
      ]) {
        await expectRefusal(() => notes({ [name]: token }));
        await expectRefusal(() => notes({ [name]: `Bearer ${token}` }));
      }
    });

    it('credentials in the address sign nobody in [W18]', async () => {
      const query = `login=ann&password=${encodeURIComponent(PASSWORD)}`;
      expect(await host.hasher.costOf(() => host.client().post(`/auth/login?${query}`))).toBe(0);
      expect((await host.client().post(`/auth/login?${query}`)).status).toBe(400);
      expect((await host.client().get(`/auth/login?${query}`)).status).toBe(404);
      expect((await host.client().post(`/auth/password/reset/confirm?token=a&newPassword=b`)).status).toBe(400);
    });

    it('a token of one kind is none of another [W16]', async () => {
      const { token: reset } = await host.resets.issue({ username: 'ann' });
      await host.client().post('/auth/register', { email: 'new@example.org', password: PASSWORD });
      await host.settled();
      const { token: confirm } = host.inbox.last('confirm-email', 'new@example.org');
      for (const other of [reset, confirm]) {
        await expectRefusal(() => notes({ authorization: `Bearer ${other}` }));
        await expectRefusal(() => notes({ cookie: `session=${other}` }));
      }
      const client = host.client();
      for (const other of [token, confirm]) {
        expect(
          (await client.post('/auth/password/reset/confirm', { token: other, newPassword: 'a wholly different sentence' })).body.code,
        ).toBe('USERS_INVALID_TOKEN');
      }
      for (const other of [token, reset])
        expect((await client.post('/auth/email/confirm', { token: other })).body.code).toBe('USERS_INVALID_TOKEN');
      expect(await host.resets.resolve(reset)).not.toBeNull();
    });

    it('random tokens leave nothing behind [B-64]', async () => {
      const rows = await host.dataSource.query('SELECT COUNT(*) AS n FROM auth_attempts');
      for (let round = 0; round < 50; round += 1) await notes({ authorization: `Bearer ${round}` });
      expect(await host.dataSource.query('SELECT COUNT(*) AS n FROM auth_attempts')).toEqual(rows);
    });

    it('a cookie of 17 KiB ends nothing but its own request [B-118]', async () => {
      expect(await rawNotes(`Cookie: session=${'a'.repeat(17_000)}`)).toBe(431);
      expect((await notes({ cookie: `session=${token}` })).status).toBe(200);
      expect(
        await rawNotes(`Cookie: ${Array.from({ length: 500 }, (_, index) => `c${index}=${index}`).join('; ')}; session=${token}`),
      ).toBe(200);
    });

    it('a carrier that the host does not list is not looked at', async () => {
      const bearerOnly = await HostApp.start({
        listen: framework,
        routes: true,
        controllers: [NotesController],
        http: { carriers: ['bearer'] },
      });
      try {
        await bearerOnly.user();
        const client = bearerOnly.client();
        const { body, headers } = await client.post('/auth/login', { login: 'ann', password: PASSWORD });
        expect([body.token?.length, headers.getSetCookie()]).toEqual([80, []]);
        expect((await client.post('/auth/login', { login: 'ann', password: PASSWORD, transport: 'cookie' })).status).toBe(400);
        expect((await client.get('/notes', { headers: { cookie: `session=${body.token}` } })).status).toBe(401);
        expect((await client.get('/notes', { token: body.token })).status).toBe(200);
        expect((await client.post('/auth/logout', undefined, { token: body.token })).headers.getSetCookie()).toEqual([]);
      } finally {
        await bearerOnly.close();
      }
    });
  });
}
