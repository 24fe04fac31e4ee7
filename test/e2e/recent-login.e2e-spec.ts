import { Controller, Get, Post, UseGuards } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OptionalSession, Public, ReauthenticationRequiredError, RecentLogin, SessionGuard } from 'nestjs-users';
import { FRAMEWORKS, HostApp, PASSWORD } from '../support/host-app.js';
import { NO_LIMITS } from '../support/limits.js';
import { Visitor } from '../support/visitor.js';

@Controller('vault')
@UseGuards(SessionGuard)
class VaultController {
  @Get() look() {
    return {};
  }
  @RecentLogin('2m') @Post('open') open() {
    return {};
  }
  @RecentLogin() @Post('usual') usual() {
    return {};
  }
}

@Controller('strict')
@RecentLogin('5m')
class StrictController {
  @Post() act() {
    return {};
  }
  @Public() @Get() hello() {
    return {};
  }
  @OptionalSession() @RecentLogin() @Post('odd') odd() {
    return {};
  }
}

for (const framework of FRAMEWORKS) {
  describe(`@RecentLogin() on ${framework}`, () => {
    let host: HostApp;
    beforeAll(async () => {
      host = await HostApp.start({
        listen: framework,
        routes: true,
        limits: NO_LIMITS,
        controllers: [VaultController, StrictController],
      });
      await host.user();
    });
    afterAll(() => host.close());

    const act = async (visitor: Visitor, path: string) => {
      const { status, body } = await visitor.send('POST', path);
      return status === 201 ? 201 : body.code;
    };

    it.each(['cookie', 'bearer'] as const)('[B-70] lets in whose proof is recent, and again after a new one, by %s', async (transport) => {
      const ann = await Visitor.signedIn(host, 'ann', { transport });
      const proofAt = host.clock.now();
      expect((await ann.send('GET', '/auth/me')).body.session).toMatchObject({
        recentUntil: new Date(proofAt.getTime() + 600_000).toISOString(),
      });
      host.clock.advance('119.999s');
      expect(await act(ann, '/vault/open')).toBe(201);
      host.clock.advance('0.001s');
      expect(await act(ann, '/vault/open')).toBe('USERS_REAUTHENTICATION_REQUIRED');
      expect([await act(ann, '/vault/usual'), await act(ann, '/strict')]).toEqual([201, 201]);
      host.clock.advance('8m');
      expect(await act(ann, '/vault/usual')).toBe('USERS_REAUTHENTICATION_REQUIRED');
      expect(await act(ann, '/strict')).toBe('USERS_REAUTHENTICATION_REQUIRED');
      expect((await ann.send('GET', '/vault')).status).toBe(200);
      expect((await ann.send('POST', '/auth/reauthenticate', { password: 'wrong horse battery' })).status).toBe(403);
      expect(await act(ann, '/vault/open')).toBe('USERS_REAUTHENTICATION_REQUIRED');
      const before = ann.token;
      const { status, body } = await ann.send('POST', '/auth/reauthenticate', { password: PASSWORD });
      expect([status, body.session]).toMatchObject([200, { recentUntil: new Date(host.clock.now().getTime() + 600_000).toISOString() }]);
      expect([await act(ann, '/vault/open'), await act(ann, '/vault/usual'), await act(ann, '/strict')]).toEqual([201, 201, 201]);
      if (before !== undefined) expect((await host.sessions.check(before)).status).toBe('not_found');
    });

    it('asks for a session first, and says 403 with its code', async () => {
      const stranger = Visitor.of(host);
      for (const path of ['/vault/open', '/strict', '/strict/odd']) expect((await stranger.send('POST', path)).status).toBe(401);
      expect((await stranger.send('GET', '/strict')).status).toBe(200);
      const ann = await Visitor.signedIn(host, 'ann');
      host.clock.advance('1h');
      expect(await ann.send('POST', '/strict')).toMatchObject({
        status: 403,
        body: { statusCode: 403, code: 'USERS_REAUTHENTICATION_REQUIRED' },
      });
    });

    it('is not brought forward by use, nor by a session that a trusted caller prolongs', async () => {
      const ann = await Visitor.signedIn(host, 'ann');
      for (let minutes = 0; minutes < 11; minutes += 1) {
        host.clock.advance('1m');
        await ann.send('GET', '/auth/me');
      }
      expect(await act(ann, '/vault/usual')).toBe('USERS_REAUTHENTICATION_REQUIRED');
    });

    it('refuses what is no duration where it is written, and is there for services too', async () => {
      expect(() => RecentLogin('10 minutes' as never)).toThrow(RangeError);
      const { token } = await host.sessions.login({ login: 'ann', password: PASSWORD });
      const { session } = await host.sessions.authenticate(token);
      host.sessions.requireRecentLogin(session);
      host.clock.advance('1m');
      expect(() => host.sessions.requireRecentLogin(session, '30s')).toThrow(ReauthenticationRequiredError);
      expect(() => host.sessions.requireRecentLogin({ ...session, kind: 'apiKey' })).toThrow(ReauthenticationRequiredError);
    });
  });
}
