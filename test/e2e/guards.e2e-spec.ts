import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Delete, Get, SetMetadata, UseGuards } from '@nestjs/common';
import { AdminOnly, CurrentSession, CurrentUser, OptionalSession, Public, SessionGuard } from 'nestjs-users';
import { FRAMEWORKS, HostApp, PASSWORD } from '../support/host-app.js';
import type { HttpAnswer } from '../support/http-client.js';
import { NO_LIMITS } from '../support/limits.js';
import { configureStrictly } from '../support/strict-host.js';
import { Statements } from '../support/statements.js';

const calls: string[] = [];

@Controller('guarded')
@UseGuards(SessionGuard)
class GuardedController {
  @Get() get(@CurrentUser() user: CurrentUser, @CurrentUser('email') email: string, @CurrentSession('id') sessionId: string) {
    calls.push('guarded');
    return { user, email, sessionId };
  }
  @Delete() delete() {
    calls.push('guarded');
  }
  @Get('open') @Public() open(@CurrentUser() user: CurrentUser | null) {
    return { user };
  }
  @Get('admin') @AdminOnly() admin() {
    calls.push('admin');
    return {};
  }
}

@Controller('plain')
class PlainController {
  @Get() get() {
    calls.push('plain');
    return {};
  }
  @Get('user') user(@CurrentUser() user: CurrentUser) {
    calls.push('user');
    return { user };
  }
  @Get('session') session(@CurrentSession() session: CurrentSession) {
    return { session };
  }
  @Get('optional') @OptionalSession() optional(@CurrentUser('username') username: string | null) {
    return { username };
  }
  @Get('admin') @AdminOnly() admin() {
    calls.push('admin');
    return {};
  }
  @Get('public') @Public() open() {
    return {};
  }
  @Get('theirs') @SetMetadata('isPublic', true) theirs() {
    return {};
  }
  @Get('not-theirs') @SetMetadata('isPublic', false) notTheirs() {
    return {};
  }
}

@Controller('open')
@Public()
class OpenController {
  @Get() get() {
    return {};
  }
  @Get('closed') @UseGuards(SessionGuard) closed() {
    calls.push('closed');
    return {};
  }
  @Get('admin') @AdminOnly() admin() {
    calls.push('admin');
    return {};
  }
}

const CONTROLLERS = [GuardedController, PlainController, OpenController];

/** Keeps what the app logs as an error. */
function errorsOf(host: HostApp): string[] {
  const errors: string[] = [];
  const none = (): void => undefined;
  host.app.useLogger({ log: none, warn: none, error: (message: unknown) => void errors.push(String(message)) });
  return errors;
}

for (const framework of FRAMEWORKS) {
  for (const { around, prefix, configure } of [
    { around: 'as they stand', prefix: '', configure: () => undefined },
    { around: 'behind all that a host puts around them', prefix: '/api/v1', configure: configureStrictly },
  ]) {
    describe(`Guards on ${framework}, ${around}`, () => {
      let host: HostApp;
      let tokens: Record<'ann' | 'root' | 'half', string>;
      let statements: Statements;
      beforeAll(async () => {
        host = await HostApp.start({ listen: framework, limits: NO_LIMITS, controllers: CONTROLLERS, configure });
        await host.user('ann');
        await host.user('root', { isAdmin: true });
        await host.user('half', { mustChangePassword: true });
        const open = async (username: string, needs: 'new-password'[] = []): Promise<string> =>
          (await host.sessions.open({ username }, { needs })).token;
        tokens = { ann: await open('ann'), root: await open('root'), half: await open('half', ['new-password']) };
        statements = Statements.of(host.dataSource);
      });
      afterAll(() => host.close());

      const get = (path: string, token?: string): Promise<HttpAnswer> =>
        host.client().get(prefix + path, token === undefined ? {} : { token });
      const statusOf = async (path: string, token?: string): Promise<number> => (await get(path, token)).status;

      it('a guarded route: 401, 403 while a step is missing, and the user without anything secret [4.16][B-90]', async () => {
        calls.length = 0;
        expect([await statusOf('/guarded'), await statusOf('/guarded', 'nonsense'), await statusOf('/guarded', tokens.half)]).toEqual([
          401, 401, 403,
        ]);
        expect((await host.client().send('HEAD', `${prefix}/guarded`)).status).toBe(401);
        expect((await host.client().delete(`${prefix}/guarded`)).status).toBe(401);
        expect(calls).toEqual([]);
        const { body, text, headers } = await get('/guarded', tokens.ann);
        expect(body).toMatchObject({ user: { username: 'ann' }, email: 'ann@example.org', sessionId: tokens.ann.slice(0, 36) });
        expect(text).not.toMatch(/hash|secret|key"/i);
        expect([headers.get('cache-control'), headers.get('vary')]).toEqual(['no-store', expect.stringContaining('Cookie')]);
        expect(calls).toEqual(['guarded']);
      });

      it('a refusal has our code through any filter', async () => {
        expect((await get('/guarded')).body).toMatchObject({ statusCode: 401, code: 'USERS_UNAUTHENTICATED' });
        expect((await get('/guarded', tokens.half)).body).toMatchObject({ statusCode: 403, code: 'USERS_STEP_NEEDED' });
        expect((await get('/plain/admin', tokens.ann)).body).toMatchObject({ statusCode: 403, code: 'USERS_FORBIDDEN' });
      });

      it('@AdminOnly brings its own guard [B-96]', async () => {
        calls.length = 0;
        for (const path of ['/plain/admin', '/guarded/admin', '/open/admin']) {
          expect([await statusOf(path), await statusOf(path, tokens.ann), await statusOf(path, tokens.half)]).toEqual([401, 403, 403]);
        }
        expect(calls).toEqual([]);
        expect([
          await statusOf('/plain/admin', tokens.root),
          await statusOf('/guarded/admin', tokens.root),
          await statusOf('/open/admin', tokens.root),
        ]).toEqual([200, 200, 200]);
      });

      it('a guard on a method is not lifted by a word on its class', async () => {
        expect([await statusOf('/open'), await statusOf('/open/closed'), await statusOf('/open/closed', tokens.ann)]).toEqual([
          200, 401, 200,
        ]);
      });

      it('@OptionalSession lets in everybody but who lacks a step [W16]', async () => {
        expect((await get('/plain/optional')).body).toEqual({ username: null });
        expect((await get('/plain/optional', 'nonsense')).body).toEqual({ username: null });
        expect((await get('/plain/optional', tokens.ann)).body).toEqual({ username: 'ann' });
        expect(await statusOf('/plain/optional', tokens.half)).toBe(403);
      });

      it('one statement for a guarded route, none for an open one or a malformed token', async () => {
        const costOf = async (path: string, token?: string): Promise<number> => (await statements.before(() => get(path, token))).length;
        expect([
          await costOf('/guarded', tokens.ann),
          await costOf('/plain/admin', tokens.root),
          await costOf('/guarded/admin', tokens.root),
          await costOf('/plain/optional', tokens.ann),
        ]).toEqual([1, 1, 1, 1]);
        expect([
          await costOf('/guarded'),
          await costOf('/guarded', 'nonsense'),
          await costOf('/open', tokens.ann),
          await costOf('/plain/optional', 'nonsense'),
        ]).toEqual([0, 0, 0, 0]);
      });

      it('a parameter without a guard is a 500, with a log line that names route and mend', async () => {
        const errors = errorsOf(host);
        for (const [path, decorator] of [
          ['/plain/user', '@CurrentUser'],
          ['/plain/session', '@CurrentSession'],
          ['/guarded/open', '@CurrentUser'],
        ] as const) {
          errors.length = 0;
          calls.length = 0;
          const { status, text } = await get(path, tokens.ann);
          expect([path, status]).toEqual([path, 500]);
          expect(text).not.toContain('guard');
          expect(errors.join('\n')).toMatch(new RegExp(`${decorator}\\(\\).*Controller\\.\\w+.*@UseGuards\\(SessionGuard\\)`));
          expect(calls).toEqual([]);
        }
      });

      it('what ends a session ends it at the next request [B-72]', async () => {
        const { id } = await host.user(`gone-${framework}`);
        const { token } = await host.sessions.open(id);
        expect(await statusOf('/guarded', token)).toBe(200);
        await host.users.deactivate(id);
        expect(await statusOf('/guarded', token)).toBe(401);
        await host.users.activate(id);
        expect(await statusOf('/guarded', token)).toBe(401);
      });

      it('a role that goes is gone at the next request', async () => {
        const { id } = await host.user(`was-${framework}`, { isAdmin: true });
        const { token } = await host.sessions.open(id);
        expect(await statusOf('/plain/admin', token)).toBe(200);
        await host.users.setAdmin(id, false);
        expect(await statusOf('/plain/admin', token)).toBe(403);
      });
    });
  }

  describe(`A guard before everything on ${framework}`, () => {
    let host: HostApp;
    let token: string;
    beforeAll(async () => {
      host = await HostApp.start({
        listen: framework,
        routes: true,
        limits: NO_LIMITS,
        controllers: CONTROLLERS,
        http: { guard: 'everything', publicKey: 'isPublic' },
      });
      await host.user('ann');
      ({ token } = await host.sessions.open({ username: 'ann' }));
    });
    afterAll(() => host.close());

    const statusOf = async (path: string, shown?: string): Promise<number> =>
      (await host.client().get(path, shown === undefined ? {} : { token: shown })).status;

    it('closes what nobody marked [4.16]', async () => {
      calls.length = 0;
      for (const path of ['/plain', '/plain/user', '/plain/not-theirs', '/guarded', '/plain/admin', '/open/admin', '/open/closed'])
        expect([path, await statusOf(path)]).toEqual([path, 401]);
      expect(calls).toEqual([]);
      expect([await statusOf('/plain', token), await statusOf('/plain/user', token)]).toEqual([200, 200]);
    });

    it('opens what says so, by our word or the host’s', async () => {
      for (const path of ['/plain/public', '/plain/theirs', '/open', '/plain/optional'])
        expect([path, await statusOf(path), await statusOf(path, 'nonsense')]).toEqual([path, 200, 200]);
    });

    it('leaves our own routes as they are', async () => {
      const client = host.client();
      expect((await client.post('/auth/login', { login: 'ann', password: PASSWORD })).status).toBe(200);
      expect([await statusOf('/auth/session'), await statusOf('/auth/me'), await statusOf('/admin/users')]).toEqual([200, 401, 401]);
      expect((await host.client().post('/auth/password/reset/request', { login: 'ann' })).status).toBe(202);
    });

    it('asks the database once, though several guards ask', async () => {
      await host.settled();
      const statements = Statements.of(host.dataSource);
      for (const path of ['/plain', '/guarded', '/auth/me']) expect(await statements.before(() => statusOf(path, token))).toHaveLength(1);
      expect(await statements.before(() => statusOf('/plain/public', token))).toEqual([]);
    });
  });
}
