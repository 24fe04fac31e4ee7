import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Post, Req, UseGuards } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import { dumpOf } from '../support/database-dump.js';
import { FRAMEWORKS, HostApp, PASSWORD } from '../support/host-app.js';

let handled = 0;

@Controller('passport')
class PassportController {
  @Post('local') @UseGuards(AuthGuard('users-local')) local(@Req() { user }: { user: { username: string } }) {
    handled += 1;
    return { username: user.username };
  }
  @Get('session') @UseGuards(AuthGuard('users-session')) session(@Req() { user }: { user: { username: string } }) {
    handled += 1;
    return { username: user.username };
  }
  @Post('session') @UseGuards(AuthGuard('users-session')) act() {
    handled += 1;
    return {};
  }
}

for (const framework of FRAMEWORKS) {
  describe(`Passport's strategies on ${framework}`, () => {
    let host: HostApp;
    let token: string;
    beforeAll(async () => {
      host = await HostApp.start({ listen: framework, controllers: [PassportController] });
      await host.user();
      ({ token } = await host.sessions.open({ username: 'ann' }));
    });
    afterAll(() => host.close());

    it('users-local takes name and password from the body [3.1]', async () => {
      for (const name of [{ login: 'ann' }, { username: 'ann' }, { email: 'ann@example.org' }]) {
        expect(await host.client().post('/passport/local', { ...name, password: PASSWORD })).toMatchObject({
          status: 201,
          body: { username: 'ann' },
        });
      }
      expect((await host.client().post('/passport/local', { login: 'ann', password: 'this is not it' })).body.code).toBe(
        'USERS_INVALID_CREDENTIALS',
      );
    });

    it('users-local takes nothing from the address, and nothing that is no text [W18][B-04]', async () => {
      handled = 0;
      const before = await dumpOf(host.dataSource);
      const hashes = await host.hasher.costOf(async () => {
        const query = `login=ann&password=${encodeURIComponent(PASSWORD)}`;
        for (const body of [undefined, {}, { login: 'ann', password: PASSWORD }])
          expect((await host.client().post(`/passport/local?${query}`, body)).status).toBe(400);
        for (const password of [['a'], {}, { $gt: '' }, null, 7, true, '', 'x\u0000y', '\ud800abcdefgh']) {
          expect((await host.client().post('/passport/local', { login: 'ann', password })).status).toBe(400);
          expect((await host.client().post('/passport/local', { login: password, password: PASSWORD })).status).toBe(400);
        }
      });
      expect([hashes, handled]).toEqual([0, 0]);
      expect(await dumpOf(host.dataSource)).toEqual(before);
    });

    it('users-local spends the same budgets as a log-in [W11]', async () => {
      const statuses = [];
      for (let time = 0; time < 7; time += 1)
        statuses.push((await host.client().post('/passport/local', { login: 'bob', password: 'this is not it' })).status);
      expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
    });

    it('users-session takes our carriers by our rules [4.16]', async () => {
      const client = host.client();
      expect((await client.get('/passport/session', { token })).body).toEqual({ username: 'ann' });
      expect((await client.get('/passport/session', { headers: { cookie: `session=${token}` } })).body).toEqual({ username: 'ann' });
      handled = 0;
      for (const headers of [
        {},
        { authorization: 'Bearer a' },
        { cookie: `session=${token}; session=${token}` },
        { authorization: 'Basic a', cookie: `session=${token}` },
      ] as Record<string, string>[]) {
        expect((await client.get('/passport/session', { headers })).status).toBe(401);
      }
      expect((await client.get(`/passport/session?token=${token}&access_token=${token}`)).status).toBe(401);
      const elsewhere = { cookie: `session=${token}`, 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
      expect((await client.post('/passport/session', undefined, { headers: elsewhere })).body.code).toBe('USERS_CROSS_SITE');
      expect(handled).toBe(0);
      expect((await client.post('/passport/session', undefined, { headers: { cookie: `session=${token}` } })).status).toBe(201);
    });
  });
}
