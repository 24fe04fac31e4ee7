import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, type INestApplication, Logger, Module, Post, SetMetadata, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { UsersService } from '../../../lib/accounts/users.service.js';
import { ClientAddress } from '../../../lib/http/client-address.port.js';
import { AdminOnly } from '../../../lib/http/decorators/admin-only.decorator.js';
import { CurrentSession } from '../../../lib/http/decorators/current-session.decorator.js';
import { CurrentUser } from '../../../lib/http/decorators/current-user.decorator.js';
import { OptionalSession } from '../../../lib/http/decorators/optional-session.decorator.js';
import { Public } from '../../../lib/http/decorators/public.decorator.js';
import { FrameworkClientAddress } from '../../../lib/http/framework-client-address.js';
import { AdminGuard } from '../../../lib/http/guards/admin.guard.js';
import { SessionGuard } from '../../../lib/http/guards/session.guard.js';
import { type HttpOptions, HttpSettings, resolveHttpOptions } from '../../../lib/http/http.options.js';
import { HTTP_EXPORTS, HTTP_PROVIDERS } from '../../../lib/http/http.providers.js';
import { OpenToNeeds } from '../../../lib/http/route-access.js';
import { Memberships } from '../../../lib/roles/memberships.js';
import { PassportSettings } from '../../../lib/http/strategies/passport-registration.js';
import { Clock } from '../../../lib/kernel/clock.port.js';
import { UnavailableError } from '../../../lib/kernel/errors.js';
import { Issues } from '../../../lib/kernel/issues.js';
import { SystemClock } from '../../../lib/kernel/system-clock.js';
import { resolveSessionsOptions, SessionsSettings } from '../../../lib/sessions/sessions.options.js';
import { InvalidSessionError } from '../../../lib/sessions/sessions.errors.js';
import { SessionsService } from '../../../lib/sessions/sessions.service.js';

/** Stands in for the database: what each token means, and how often anybody asked. */
class Sessions {
  asked = 0;

  authenticate(token: string): unknown {
    this.asked += 1;
    if (token === 'down') throw new UnavailableError(new Error('ECONNREFUSED'), 7);
    if (token === 'broken') throw new TypeError('no such column');
    if (!['ann', 'root', 'half'].includes(token)) throw new InvalidSessionError('not_found');
    const session = { id: `session of ${token}`, needs: token === 'half' ? ['new-password'] : [] };
    return {
      user: { id: token, email: `${token}@example.com`, isAdmin: token === 'root' },
      session,
      roles: [],
      permissions: token === 'root' ? ['admin'] : [],
      scopes: null,
    };
  }
}

let calls: string[] = [];
const called = (name: string): object => ({ called: calls.push(name) });

@Controller('guarded')
@UseGuards(SessionGuard)
class GuardedController {
  @Get() get(@CurrentUser('id') id: string, @CurrentSession('id') sessionId: string) {
    return { ...called('get'), id, sessionId };
  }
  @Post() post() {
    return called('post');
  }
  @Get('open') @Public() open() {
    return called('open');
  }
  @Get('half') @OpenToNeeds(['new-password']) half() {
    return called('half');
  }
  @Get('theirs') @SetMetadata('isPublic', true) theirs() {
    return called('theirs');
  }
}

@Controller('optional')
class OptionalController {
  @Get() @OptionalSession() get(@CurrentUser() user: CurrentUser | null) {
    return { ...called('optional'), id: user?.id ?? null };
  }
}

@Controller('admin-only')
@Public()
class AdminController {
  @Get() @AdminOnly() get() {
    return called('admin');
  }
  @Get('both') @Public() @AdminOnly() both() {
    return called('both');
  }
  @Get('lone') @UseGuards(AdminGuard) lone() {
    return called('lone');
  }
  @Get('bound') @UseGuards(SessionGuard) bound() {
    return called('bound');
  }
}

@Controller('plain')
class PlainController {
  @Get() get() {
    return called('plain');
  }
  @Get('user') user(@CurrentUser() user: CurrentUser) {
    return { ...called('user'), user };
  }
}

async function start(
  adapter: 'express' | 'fastify',
  options: HttpOptions = {},
): Promise<{ app: INestApplication; url: string; sessions: Sessions }> {
  const sessions = new Sessions();
  @Module({
    providers: [
      ...HTTP_PROVIDERS,
      { provide: HttpSettings, useValue: resolveHttpOptions(options, new Issues(), { isProduction: true }) },
      { provide: SessionsSettings, useValue: resolveSessionsOptions({}, new Issues()) },
      { provide: PassportSettings, useValue: { isOn: false, space: 'users' } },
      { provide: ClientAddress, useClass: FrameworkClientAddress },
      { provide: Clock, useClass: SystemClock },
      { provide: SessionsService, useValue: sessions },
      { provide: UsersService, useValue: {} },
      { provide: Memberships, useValue: {} },
    ],
    exports: HTTP_EXPORTS,
  })
  class HttpModule {}
  @Module({ imports: [HttpModule], controllers: [GuardedController, OptionalController, AdminController, PlainController] })
  class AppModule {}
  const app = await NestFactory.create(AppModule, adapter === 'express' ? new ExpressAdapter() : new FastifyAdapter(), { logger: false });
  await app.listen(0, '127.0.0.1');
  return { app, url: await app.getUrl(), sessions };
}

describe.each(['express', 'fastify'] as const)('guards on %s', (adapter) => {
  let host: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    host = await start(adapter);
  });
  afterAll(() => host.app.close());

  const ask = async (path: string, token?: string, init: RequestInit = {}) => {
    [calls, host.sessions.asked] = [[], 0];
    const answer = await fetch(host.url + path, {
      ...init,
      headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...init.headers },
    });
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      body: (text === '' ? null : JSON.parse(text)) as Record<string, unknown> | null,
      calls,
      asked: host.sessions.asked,
    };
  };

  it('let in who shows a session, and tell the handler who it is [4.16]', async () => {
    const answer = await ask('/guarded', 'ann');
    expect(answer).toMatchObject({ status: 200, body: { id: 'ann', sessionId: 'session of ann' }, asked: 1 });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('vary')).toMatch(/cookie.*authorization/i);
  });

  it('refuse without a token, and make no query for it [P16]', async () =>
    expect(await ask('/guarded')).toMatchObject({
      status: 401,
      body: { statusCode: 401, code: 'USERS_UNAUTHENTICATED' },
      calls: [],
      asked: 0,
    }));

  it('refuse a token that is none', async () => expect(await ask('/guarded', 'nobody')).toMatchObject({ status: 401, calls: [] }));

  it.each(['HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'QUERY'])('do not let %s past [B-90]', async (method) => {
    const answer = await ask('/guarded', undefined, { method });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.calls).toEqual([]);
  });

  it('say 503 with Retry-After while the database cannot answer, never 401', async () => {
    const answer = await ask('/guarded', 'down');
    expect(answer).toMatchObject({ status: 503, body: { code: 'USERS_UNAVAILABLE' }, calls: [] });
    expect(answer.headers.get('retry-after')).toBe('7');
    expect(await ask('/optional', 'down')).toMatchObject({ status: 503, calls: [] });
  });

  it('fail closed on a fault that nobody foresaw [B-97]', async () => {
    const answer = await ask('/guarded', 'broken');
    expect(answer).toMatchObject({ status: 503, calls: [] });
    expect(JSON.stringify(answer.body)).not.toContain('column');
    expect(await ask('/optional', 'broken')).toMatchObject({ status: 503, calls: [] });
  });

  it('hold back a session that needs a step, but where that step is taken', async () => {
    expect(await ask('/guarded', 'half')).toMatchObject({ status: 403, body: { code: 'USERS_STEP_NEEDED' }, calls: [] });
    expect(await ask('/optional', 'half')).toMatchObject({ status: 403, calls: [] });
    expect(await ask('/admin-only', 'half')).toMatchObject({ status: 403, calls: [] });
    expect(await ask('/guarded/half', 'half')).toMatchObject({ status: 200, calls: ['half'] });
  });

  it('open what is public without asking [P16]', async () =>
    expect(await ask('/guarded/open', 'ann')).toMatchObject({ status: 200, asked: 0 }));

  it('do not take a foreign word for public unless told its key', async () =>
    expect(await ask('/guarded/theirs')).toMatchObject({ status: 401 }));

  it('know nobody or somebody where a session is optional', async () => {
    expect(await ask('/optional')).toMatchObject({ status: 200, body: { id: null }, asked: 0 });
    expect(await ask('/optional', 'nobody')).toMatchObject({ status: 200, body: { id: null } });
    expect(await ask('/optional', 'ann')).toMatchObject({ status: 200, body: { id: 'ann' } });
  });

  it.each(['/admin-only', '/admin-only/both', '/admin-only/lone'])(
    'let administrators alone into %s, whatever stands on its class [B-96]',
    async (path) => {
      expect(await ask(path)).toMatchObject({ status: 401, calls: [] });
      expect(await ask(path, 'ann')).toMatchObject({ status: 403, body: { code: 'USERS_FORBIDDEN' }, calls: [] });
      expect(await ask(path, 'root')).toMatchObject({ status: 200, asked: 1 });
    },
  );

  it('bound to a method are not lifted by a word on its class', async () =>
    expect(await ask('/admin-only/bound')).toMatchObject({ status: 401 }));

  it('refuse what another site sends with our cookie, before any query', async () => {
    const foreign = {
      method: 'POST',
      headers: { cookie: '__Host-session=ann', 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
    };
    expect(await ask('/guarded', undefined, foreign)).toMatchObject({
      status: 403,
      body: { code: 'USERS_CROSS_SITE' },
      calls: [],
      asked: 0,
    });
    const own = { method: 'POST', headers: { cookie: '__Host-session=ann', 'sec-fetch-site': 'same-origin' } };
    expect(await ask('/guarded', undefined, own)).toMatchObject({ status: 201, calls: ['post'] });
    expect(await ask('/guarded', 'ann', { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } })).toMatchObject({ status: 201 });
  });

  it('leave unmarked routes alone', async () => expect(await ask('/plain')).toMatchObject({ status: 200, asked: 0 }));

  it('that are missing make @CurrentUser() a 500 whose log line names the route and the mend', async () => {
    const lines: string[] = [];
    Logger.overrideLogger({ log: () => undefined, warn: () => undefined, error: (line: unknown) => void lines.push(String(line)) });
    expect(await ask('/plain/user', 'ann')).toMatchObject({ status: 500, calls: [] });
    Logger.overrideLogger(false);
    expect(lines.join()).toMatch(/PlainController\.user.*@UseGuards\(SessionGuard\)/);
  });
});

describe('the guard of everything', () => {
  let host: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    host = await start('express', { guard: 'everything', publicKey: 'isPublic' });
  });
  afterAll(() => host.app.close());

  it.each([
    ['/plain', 401],
    ['/guarded', 401],
    ['/guarded/open', 200],
    ['/guarded/theirs', 200],
    ['/optional', 200],
    ['/admin-only', 401],
  ])('makes %s a %i for a stranger, without a query [P16]', async (path, status) => {
    host.sessions.asked = 0;
    expect((await fetch(host.url + path)).status).toBe(status);
    expect(host.sessions.asked).toBe(0);
  });

  it('asks once however many guards stand before a route', async () => {
    host.sessions.asked = 0;
    expect((await fetch(`${host.url}/admin-only`, { headers: { authorization: 'Bearer root' } })).status).toBe(200);
    expect(host.sessions.asked).toBe(1);
  });
});
