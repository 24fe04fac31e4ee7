import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, Post, type Type, UseGuards } from '@nestjs/common';
import { JwtModule, JwtService } from '@nestjs/jwt';
import bcrypt from 'bcrypt';
import { AdminOnly, CurrentUser, Public, SessionGuard } from 'nestjs-users';
import { HostApp } from '../support/host-app.js';
import type { HttpClient } from '../support/http-client.js';
import { GuideCode } from './guide-code.js';

const PASSWORD = 'correct horse battery';
const SECRET = 'the secret of the old tokens';

describe('the guide from JWT', () => {
  let code: GuideCode;
  let host: HostApp;
  let jwt: JwtService;
  let client: HttpClient;

  beforeAll(async () => {
    code = new GuideCode('from-jwt.md', ['either.guard.ts']);
    const { EitherGuard } = await code.import<{ EitherGuard: Type<SessionGuard> }>('either.guard.ts');

    @Controller()
    class NewController {
      @Get('notes') @UseGuards(EitherGuard) notes(@CurrentUser('username') of: string) {
        return { of };
      }
      @Post('notes') @UseGuards(EitherGuard) write(@CurrentUser('username') of: string) {
        return { of };
      }
      @Get('later') @UseGuards(SessionGuard) later(@CurrentUser('username') of: string) {
        return { of };
      }
      @Get('all') @UseGuards(EitherGuard) @AdminOnly() all() {
        return {};
      }
      @Get('about') @UseGuards(EitherGuard) @Public() about() {
        return {};
      }
    }
    @Module({
      imports: [JwtModule.register({ secret: SECRET, signOptions: { expiresIn: '1h' } })],
      controllers: [NewController],
    })
    class Notes {}

    host = await HostApp.start({ listen: 'express', routes: true, modules: [Notes], ports: { hasher: undefined as never } });
    jwt = host.app.get(JwtService, { strict: false });
    client = host.client();
    const passwordHash = await bcrypt.hash(PASSWORD, 4);
    const rows = ['ann', 'bob', 'cid', 'dot', 'eve'].map((username, at) => ({
      legacyId: String(at + 1),
      username,
      passwordHash: username === 'eve' ? null : passwordHash,
      isAdmin: username === 'ann',
      data: { oldTokens: true },
    }));
    expect(await host.users.import(rows, { source: 'jwt' })).toMatchObject({ imported: 5, faults: [] });
  }, 60_000);
  afterAll(async () => {
    await host?.close();
    code?.remove();
  });

  /** As the old log-in made it. */
  const oldToken = (sub: number, options: object = {}): Promise<string> => jwt.signAsync({ sub, username: 'x' }, options);
  const statusOf = async (token: string, path = '/notes'): Promise<number> => (await client.get(path, { token })).status;
  const idOf = async (username: string): Promise<string> => (await host.users.findOrFail({ username })).id;

  it('accepts an old token and a session side by side', async () => {
    expect(await client.get('/notes', { token: await oldToken(1) })).toMatchObject({ status: 200, body: { of: 'ann' } });
    expect(await client.post('/notes', undefined, { token: await oldToken(1) })).toMatchObject({ status: 201, body: { of: 'ann' } });
    const opened = await client.post('/auth/login', { login: 'ann', password: PASSWORD, transport: 'bearer' });
    expect(await client.get('/notes', { token: opened.body.token as string })).toMatchObject({ status: 200, body: { of: 'ann' } });
    expect(await statusOf(await oldToken(1, { expiresIn: -1 }), '/about')).toBe(200);
    expect((await client.get('/notes')).status).toBe(401);
  });

  it('ends a session at once', async () => {
    const opened = await host.sessions.open({ username: 'bob' });
    expect(await statusOf(opened.token)).toBe(200);
    await host.sessions.end(opened.session.id);
    expect(await statusOf(opened.token)).toBe(401);
  });

  it.each<[string, (id: string) => Promise<unknown>]>([
    ['another password', (id) => host.users.setPassword(id, 'another quiet harbour')],
    ['a deactivation', (id) => host.users.deactivate(id)],
    ['the mark taken away', (id) => host.users.update(id, { data: null })],
  ])('ends old tokens at once by %s', async (_what, act) => {
    const [name, sub] = ([['bob', 2], ['cid', 3], ['dot', 4]] as const)[turn++]!; // prettier-ignore
    const token = await oldToken(sub);
    expect(await statusOf(token)).toBe(200);
    await act(await idOf(name));
    expect(await statusOf(token)).toBe(401);
  });
  let turn = 0;

  it('refuses what is forged, run out, unsigned or of an unknown user', async () => {
    const good = await oldToken(1);
    const unsigned = `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${good.split('.')[1] ?? ''}.x`;
    const refused = [
      await oldToken(1, { secret: 'another' }),
      await oldToken(1, { expiresIn: -1 }),
      await oldToken(99),
      unsigned,
      `${good}x`,
      'a.b.c',
    ];
    for (const token of refused) expect(await statusOf(token)).toBe(401);
  });

  it('gives administrators’ routes and those of the time after to sessions alone', async () => {
    const token = await oldToken(1);
    expect([await statusOf(token, '/all'), await statusOf(token, '/later')]).toEqual([401, 401]);
    const opened = await host.sessions.open({ username: 'ann' });
    expect([await statusOf(opened.token, '/all'), await statusOf(opened.token, '/later')]).toEqual([200, 200]);
  });
});
