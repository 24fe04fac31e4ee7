import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, type INestApplication, Post, Req, SetMetadata, type Type, UseGuards } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import {
  AdminOnly,
  BaseUser,
  CurrentSession,
  CurrentUser,
  defineUsers,
  OptionalSession,
  Public,
  SessionGuard,
  UsersModule,
} from 'nestjs-users';
import { RequestAuthenticator } from 'nestjs-users/extend';
import { FastHasher, Inbox, type SignedInGuard, signedInAs, signedOut, usersTestKit, UsersTestingModule } from 'nestjs-users/testing';
import { type Framework, FRAMEWORKS } from '../../support/host-app.js';
import { HttpClient } from '../../support/http-client.js';

class AppUser extends BaseUser {
  company!: string;
  label(): string {
    return `${this.username ?? 'nobody'} (${this.company})`;
  }
}

@Controller('notes')
@UseGuards(SessionGuard)
class NotesController {
  @Get() mine(@CurrentUser() user: AppUser, @CurrentSession('id') session: string, @Req() request: { auth: object }) {
    return { label: user.label(), isOurs: user instanceof AppUser, session, auth: request.auth };
  }
  @Get('all') @AdminOnly() all() {
    return 'all';
  }
  @Get('open') @Public() open() {
    return 'open';
  }
  @Get('theirs') @SetMetadata('isPublic', true) theirs() {
    return 'theirs';
  }
  @Get('perhaps') @OptionalSession() perhaps(@CurrentUser('id') id: string | null) {
    return { id };
  }
  @Post() add() {
    return 'added';
  }
}

@Controller('admin')
@AdminOnly()
class AdminController {
  @Get() all() {
    return 'all';
  }
  @Get('open') @Public() open() {
    return 'open';
  }
}

let app: INestApplication | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

interface Set {
  readonly as?: SignedInGuard;
  readonly on?: Framework;
  readonly imports?: Type[];
}

/** A feature's controllers alone, without UsersModule and without a database. */
async function client({ as, on = 'express', imports = [UsersTestingModule] }: Set): Promise<HttpClient> {
  const builder = Test.createTestingModule({ imports, controllers: [NotesController, AdminController] });
  if (as !== undefined) builder.overrideGuard(SessionGuard).useValue(as);
  const module = await builder.compile();
  app = on === 'fastify' ? module.createNestApplication(new FastifyAdapter() as never) : module.createNestApplication();
  await app.listen(0, '127.0.0.1');
  return new HttpClient(await app.getUrl());
}

async function statuses(http: HttpClient, ...paths: string[]): Promise<number[]> {
  const found: number[] = [];
  for (const path of paths) found.push((await http.get(path)).status);
  return found;
}

describe.each(FRAMEWORKS)('signedInAs, on %s and without a database', (on) => {
  it('leaves the user, of the host’s class, and the session where SessionGuard leaves them', async () => {
    const as = signedInAs({ id: 'u1', username: 'ann', company: 'Acme', roles: ['editor'], permissions: ['note:read'] }, { user: AppUser });
    const { body, headers } = await (await client({ as, on })).get('/notes');
    expect(body).toMatchObject({
      label: 'ann (Acme)',
      isOurs: true,
      auth: { roles: ['editor'], permissions: ['note:read'], user: { id: 'u1', username: 'ann' } },
    });
    expect(body.auth.session).toMatchObject({ id: body.session, userId: 'u1', kind: 'session', needs: [] });
    expect([headers.get('cache-control'), headers.get('vary')]).toEqual(['no-store', expect.stringContaining('Cookie')]);
  });

  it('lets an administrator through @AdminOnly', async () => {
    expect(await statuses(await client({ as: signedInAs({ isAdmin: true }), on }), '/notes/all', '/admin')).toEqual([200, 200]);
  });

  it('does not let anybody else through @AdminOnly: the real guard says 403', async () => {
    const http = await client({ as: signedInAs({ isAdmin: false }), on });
    expect(await statuses(http, '/notes/all', '/admin', '/admin/open')).toEqual([403, 403, 200]);
    expect((await http.get('/admin')).body).toMatchObject({ code: 'USERS_FORBIDDEN' });
  });

  it('keeps @OptionalSession and @Public as they are', async () => {
    const http = await client({ as: signedInAs({ id: 'u1' }), on });
    expect((await http.get('/notes/perhaps')).body).toEqual({ id: 'u1' });
    expect(await statuses(http, '/notes/open')).toEqual([200]);
  });
});

describe('signedInAs', () => {
  it('gives a session that lacks a step as far as the real one goes', async () => {
    const { status, body } = await (
      await client({ as: signedInAs({ isAdmin: true }, { session: { needs: ['new-password'] } }) })
    ).get('/admin');
    expect([status, body.code]).toEqual([403, 'USERS_STEP_NEEDED']);
  });

  it('needs no module at all where no @AdminOnly stands', async () => {
    @Controller('plain')
    @UseGuards(SessionGuard)
    class PlainController {
      @Get() get(@CurrentUser('username') name: string) {
        return { name };
      }
    }
    const builder = Test.createTestingModule({ controllers: [PlainController] });
    app = (
      await builder
        .overrideGuard(SessionGuard)
        .useValue(signedInAs({ username: 'ann' }))
        .compile()
    ).createNestApplication();
    await app.listen(0, '127.0.0.1');
    expect((await new HttpClient(await app.getUrl()).get('/plain')).body).toEqual({ name: 'ann' });
  });

  it('knows the host’s own @Public by its key', async () => {
    const as = signedOut({ publicKey: 'isPublic' });
    expect(await statuses(await client({ as }), '/notes/theirs', '/notes')).toEqual([200, 401]);
  });

  it('stands in for the guard of another user space, whose own administrators’ guard still judges', async () => {
    class Staff extends BaseUser {}
    const staff = defineUsers({ name: 'staff', user: Staff, tablePrefix: 'staff_' });
    @Controller('desk')
    @UseGuards(staff.SessionGuard)
    class DeskController {
      @Get() get(@CurrentUser('username') name: string) {
        return { name };
      }
      @Get('all') @staff.AdminOnly() all() {
        return 'all';
      }
    }
    const parts = { imports: [UsersTestingModule.with({ space: staff })], controllers: [DeskController] };
    for (const isAdmin of [false, true]) {
      await app?.close();
      const as = signedInAs({ username: 'ann', isAdmin }, { user: Staff });
      app = (await Test.createTestingModule(parts).overrideGuard(staff.SessionGuard).useValue(as).compile()).createNestApplication();
      await app.listen(0, '127.0.0.1');
      expect(await statuses(new HttpClient(await app.getUrl()), '/desk', '/desk/all')).toEqual([200, isAdmin ? 200 : 403]);
    }
  });

  it('refuses to be of use in production', () => {
    process.env['NODE_ENV'] = 'production';
    try {
      for (const make of [() => signedInAs(), () => signedOut(), () => new FastHasher(), () => usersTestKit()])
        expect(make).toThrow(/production/);
    } finally {
      process.env['NODE_ENV'] = 'test';
    }
  });

  it('stands in for every guard of a whole application as its authenticator', async () => {
    const module = UsersModule.forRoot({
      database: { type: 'better-sqlite3', database: ':memory:' },
      http: { guard: 'everything' },
      ports: { hasher: new FastHasher(), notifier: new Inbox() },
    });
    const builder = Test.createTestingModule({ imports: [module], controllers: [NotesController, AdminController] });
    app = (
      await builder
        .overrideProvider(RequestAuthenticator)
        .useValue(signedInAs({ isAdmin: true }).authenticator)
        .compile()
    ).createNestApplication();
    await app.listen(0, '127.0.0.1');
    expect(await statuses(new HttpClient(await app.getUrl()), '/admin', '/notes/perhaps')).toEqual([200, 200]);
  });
});

describe('signedOut', () => {
  it('is 401 everywhere but where everybody may enter', async () => {
    const http = await client({ as: signedOut() });
    expect(await statuses(http, '/notes', '/notes/all', '/admin', '/notes/open', '/notes/perhaps')).toEqual([401, 401, 401, 200, 200]);
    expect((await http.get('/notes/perhaps')).body).toEqual({ id: null });
    expect((await http.post('/notes')).status).toBe(401);
  });

  it('is what UsersTestingModule means where no guard is overridden', async () => {
    expect(await statuses(await client({}), '/notes', '/admin', '/notes/open', '/notes/perhaps')).toEqual([401, 401, 200, 200]);
  });
});
