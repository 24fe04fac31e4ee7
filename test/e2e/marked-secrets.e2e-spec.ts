import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Body, Controller, Get, Logger, Post, UseGuards } from '@nestjs/common';
import { CurrentUser, SessionGuard } from 'nestjs-users';
import { auditLog } from 'nestjs-users/audit-log';
import { FRAMEWORKS, HostApp } from '../support/host-app.js';
import type { HttpAnswer, HttpRequest } from '../support/http-client.js';
import { NO_LIMITS } from '../support/limits.js';
import { MarkedRandom, SECRET_MARKS } from '../support/marked-random.js';
import { type Transport, Visitor } from '../support/visitor.js';

/** Passwords, right and wrong, say what they are; tokens and keys do by {@link MarkedRandom}. */
const PASSWORD_MARK = 'MarkedPassword';
const [FIRST, SECOND, THIRD, WRONG] = ['-one-7fa3', '-two-91bc', '-three-d04e', '-guess-55aa'].map((end) => PASSWORD_MARK + end) as [
  string,
  string,
  string,
  string,
];
const MARKS = [PASSWORD_MARK, ...SECRET_MARKS];
/** What hands a secret out: a cookie, or for programs these fields. */
const HANDING_OUT = ['POST /auth/login', 'POST /auth/reauthenticate', 'POST /auth/api-keys'];

interface Said {
  readonly route: string;
  readonly status: number;
  readonly text: string;
}

const markIn = (text: string): string | undefined => MARKS.find((mark) => text.includes(mark));
const leaks = (said: readonly Said[]): string[] =>
  said.flatMap(({ route, text }) => (markIn(text) === undefined ? [] : [`${route}: ${text.slice(0, 200)}`]));

/** What a stranger on the way could read, without what the answer is there to hand out. */
function saidBy(route: string, isProgram: boolean, { status, text, headers, body }: HttpAnswer): Said {
  const names = [...headers].filter(([name]) => name !== 'set-cookie' || !HANDING_OUT.includes(route));
  const handed: unknown[] = HANDING_OUT.includes(route) && isProgram ? [body?.token, body?.key] : [];
  const rest = handed.reduce<string>((left, secret) => (typeof secret === 'string' ? left.replace(secret, '…') : left), text);
  return { route, status, text: inspect([names, rest], { depth: null, maxStringLength: null }) };
}

/** What a careless host writes down. */
@Controller('careless')
class CarelessController {
  private readonly logger = new Logger('Careless');

  @Post() log(@Body() body: unknown): string {
    this.logger.log(body);
    return 'logged';
  }
  @Post('echo') echo(@Body() body: object): object {
    return body;
  }
  @Get('fault') @UseGuards(SessionGuard) fault(@CurrentUser() user: CurrentUser): never {
    throw new Error(`as planned, for ${String(user.username)}`);
  }
}

for (const framework of FRAMEWORKS) {
  describe(`Marked secrets on ${framework}`, () => {
    const lines: string[] = [];
    const said: Said[] = [];
    let host: HostApp;

    const visitor = (transport: Transport = 'cookie'): Visitor => {
      const made = Visitor.of(host, transport);
      const send = made.client.send.bind(made.client);
      made.client.send = async (method: string, path: string, request?: HttpRequest) => {
        const answer = await send(method, path, request);
        const route = `${method} ${path.split('?')[0]}`;
        said.push(saidBy(route, transport === 'bearer' || route === 'POST /auth/api-keys', answer));
        return answer;
      };
      return made;
    };
    const signedIn = async (login: string, password: string, transport: Transport = 'cookie'): Promise<Visitor> => {
      const made = visitor(transport);
      const { status, body } = await made.send('POST', '/auth/login', { login, password, transport });
      expect([login, status]).toEqual([login, 200]);
      made.token = body.token as string | undefined;
      return made;
    };
    const mailed = async (kind: 'confirm-email' | 'reset-password' | 'confirm-new-email' | 'invitation', to: string): Promise<string> => {
      await host.settled();
      return host.inbox.last(kind, to).token;
    };
    const tables = async (): Promise<string> => {
      const rows: unknown[] = [];
      for (const { tablePath } of host.dataSource.entityMetadatas) {
        const table = tablePath.split('.').map((name) => host.dataSource.driver.escape(name));
        rows.push(tablePath, await host.dataSource.query(`SELECT * FROM ${table.join('.')}`));
      }
      return JSON.stringify(rows);
    };

    /** Somebody's whole life here, with everything that goes wrong on the way. */
    async function live(): Promise<void> {
      const stranger = visitor();
      const body = { username: 'ann', email: 'ann@example.org', password: FIRST };
      expect((await stranger.send('POST', '/auth/register', body)).status).toBe(202);
      const link = await mailed('confirm-email', 'ann@example.org');
      expect((await stranger.send('POST', '/auth/email/confirm', { token: link })).status).toBe(200);
      const ann = await signedIn('ann', FIRST);
      const program = await signedIn('ann@example.org', FIRST, 'bearer');
      const fails: [string, unknown][] = [
        ['/auth/login', { login: 'ann', password: WRONG }],
        ['/auth/login', { login: FIRST, password: WRONG }],
        ['/auth/login', { login: 'ann', password: [FIRST] }],
        ['/auth/login', `{"login":"ann","password":"${FIRST}"`],
        ['/auth/register', { ...body, username: 'x y\n' }],
        ['/auth/password/reset/confirm', { token: link, newPassword: SECOND }],
        ['/auth/email/confirm', { token: `${link}x` }],
        [`/auth/login?password=${FIRST}`, {}],
      ];
      for (const [path, bad] of fails) expect((await visitor().send('POST', path, bad)).status).toBeGreaterThanOrEqual(400);
      const { token } = program;
      for (const path of [
        '/auth/me',
        '/auth/sessions',
        '/auth/me/export',
        '/auth/audit',
        '/auth/session',
        '/auth/api-keys',
        '/admin/users',
      ])
        for (const each of [ann, program]) await each.send('GET', path);
      await stranger.send('GET', `/auth/me?token=${token}`);
      await stranger.send('GET', '/auth/me', undefined, { headers: { cookie: `session=${token}x; session=${token}` } });
      await program.send('GET', '/careless/fault');
      expect((await program.send('POST', '/auth/reauthenticate', { password: WRONG })).status).toBe(403);
      expect((await program.send('POST', '/auth/reauthenticate', { password: FIRST })).status).toBe(200);
      expect((await ann.send('POST', '/auth/reauthenticate', { password: FIRST })).status).toBe(200);
      const made = await ann.send('POST', '/auth/api-keys', { name: 'nightly', scopes: ['note:read'] });
      expect(made.status).toBe(201);
      await visitor().send('GET', '/auth/me', undefined, { headers: { 'x-api-key': made.body.key } });
      await change(ann);
    }

    async function change(ann: Visitor): Promise<void> {
      const passwords = { oldPassword: FIRST, newPassword: SECOND };
      expect((await ann.send('POST', '/auth/password/change', { ...passwords, oldPassword: WRONG })).status).toBeGreaterThanOrEqual(400);
      expect((await ann.send('POST', '/auth/password/change', passwords)).status).toBeLessThan(300);
      expect((await ann.send('POST', '/auth/email/change', { email: 'new@example.org', password: SECOND })).status).toBeLessThan(300);
      const moved = await mailed('confirm-new-email', 'new@example.org');
      expect((await visitor().send('POST', '/auth/email/confirm', { token: moved })).status).toBe(200);
      expect((await visitor().send('POST', '/auth/password/reset/request', { login: 'ann' })).status).toBe(202);
      const reset = await mailed('reset-password', 'new@example.org');
      for (const status of [204, 400])
        expect((await visitor().send('POST', '/auth/password/reset/confirm', { token: reset, newPassword: THIRD })).status).toBe(status);
      await signedIn('ann', THIRD);
    }

    async function administrate(): Promise<void> {
      await host.users.create({ username: 'root', email: 'root@example.org', emailConfirmed: true, password: FIRST, isAdmin: true });
      const root = await signedIn('root', FIRST);
      const { id } = await host.users.findOrFail({ username: 'ann' });
      expect((await root.send('POST', '/admin/invitations', { email: 'bob@example.org' })).status).toBe(201);
      const token = await mailed('invitation', 'bob@example.org');
      expect((await visitor().send('POST', '/auth/invitations/accept', { token, password: FIRST, username: 'bob' })).status).toBe(200);
      expect((await root.send('PUT', `/admin/users/${id}/password`, { newPassword: SECOND, mustChange: true })).status).toBeLessThan(300);
      expect((await (await signedIn('ann', SECOND)).send('POST', '/auth/password/set', { newPassword: THIRD })).status).toBeLessThan(300);
      expect((await root.send('POST', `/admin/users/${id}/send-reset`)).status).toBeLessThan(300);
      await host.resets.issue(id);
      for (const path of ['/admin/users', `/admin/users/${id}`, '/admin/sessions', '/admin/audit', '/admin/me', '/admin/fields'])
        expect([path, (await root.send('GET', path)).status]).toEqual([path, 200]);
    }

    beforeAll(async () => {
      host = await HostApp.start({
        listen: framework,
        routes: true,
        limits: NO_LIMITS,
        extensions: [auditLog()],
        controllers: [CarelessController],
        ports: { random: new MarkedRandom() },
      });
      const take = (...words: unknown[]): void => void lines.push(inspect(words, { depth: null }));
      Logger.overrideLogger({ log: take, warn: take, error: take, debug: take, verbose: take, fatal: take });
      await live();
      await administrate();
      await host.settled();
    });
    afterAll(async () => {
      Logger.overrideLogger(false);
      await host.close();
    });

    it('are handed out, and bear their marks [W1]', async () => {
      const { token } = await host.sessions.open({ username: 'ann' });
      const { key } = await host.sessions.createApiKey({ username: 'ann' }, { name: 'marked' });
      expect([markIn(token), markIn(key), markIn(host.inbox.last('invitation', 'bob@example.org').token)]).toEqual([
        'MARKEDSECRET',
        SECRET_MARKS[1],
        'MARKEDSECRET',
      ]);
      expect(SECRET_MARKS[1]!.length).toBeGreaterThan(8);
      expect(said.length).toBeGreaterThan(50);
    });

    it('are in no other answer than the one that hands them out [W1] [B-133]', () => expect(leaks(said)).toEqual([]));

    it('are in no line of the log', () => {
      expect(lines.join('\n')).toContain('as planned');
      expect(lines.filter((line) => markIn(line) !== undefined)).toEqual([]);
    });

    it('are in no table [W1] [B-14]', async () => {
      const dump = await tables();
      for (const there of ['new@example.org', 'auth_audit', 'secretHash']) expect(dump).toContain(there);
      expect(markIn(dump)).toBeUndefined();
    });

    it('are found where a careless host leaves them (the control)', async () => {
      const [before, { token }] = [said.length, await host.sessions.open({ username: 'ann' })];
      await visitor().send('POST', '/careless', { password: FIRST });
      await visitor().send('POST', '/careless/echo', { token });
      await host.users.update({ username: 'ann' }, { displayName: `my key is ${token}` });
      expect(lines.filter((line) => markIn(line) !== undefined)).toHaveLength(1);
      expect(leaks(said.slice(before))).toHaveLength(1);
      expect(markIn(await tables())).toBe('MARKEDSECRET');
    });
  });
}
