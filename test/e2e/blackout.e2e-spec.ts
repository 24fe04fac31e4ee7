import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FRAMEWORKS, HostApp } from '../support/host-app.js';
import { NO_LIMITS } from '../support/limits.js';
import { Visitor } from '../support/visitor.js';

for (const framework of FRAMEWORKS) {
  describe(`A blackout on ${framework}`, () => {
    let host: HostApp;
    beforeAll(async () => {
      host = await HostApp.start({ listen: framework, routes: true, limits: NO_LIMITS });
      await host.user('root', { isAdmin: true });
      await host.user('ann');
    });
    afterAll(() => host.close());

    it('[5.8] signs everybody out, the administrator too, and tells him so', async () => {
      const [root, ann] = [await Visitor.signedIn(host, 'root'), await Visitor.signedIn(host, 'ann', { transport: 'bearer' })];
      const answer = await root.send('PUT', '/admin/blackout');
      const at = new Date(host.clock.now().getTime() + 10_000).toISOString();
      expect([answer.status, answer.body]).toEqual([200, { at, endsYours: true }]);
      expect(answer.headers.getSetCookie()).toEqual([expect.stringContaining('Max-Age=0')]);
      expect([await root.isSignedIn(), await ann.isSignedIn()]).toEqual([false, false]);
      host.clock.advance('11s');
      const again = await Visitor.signedIn(host, 'root');
      expect((await again.send('GET', '/admin/blackout')).body).toEqual({ at });
      const past = await again.send('PUT', '/admin/blackout', { at: '2020-01-01T00:00:00Z' });
      expect([past.body, past.headers.getSetCookie()]).toEqual([{ at, endsYours: false }, []]);
      expect((await again.send('DELETE', '/admin/blackout')).body).toEqual({ at: null });
      expect((await again.send('GET', '/admin/blackout')).body).toEqual({ at: null });
    });

    it('[5.8] takes nothing but a time, and from administrators alone', async () => {
      const [root, ann] = [await Visitor.signedIn(host, 'root'), await Visitor.signedIn(host, 'ann')];
      for (const at of ['', 'tomorrow', null, {}, [], true, '2999-01-01T00:00:00Z', '2027-01-01', 'x'.repeat(10_000)])
        expect((await root.send('PUT', '/admin/blackout', { at })).status).toBe(400);
      for (const method of ['GET', 'PUT', 'DELETE']) expect((await ann.send(method, '/admin/blackout')).status).toBe(403);
      expect([await root.isSignedIn(), await ann.isSignedIn()]).toEqual([true, true]);
    });

    it('[5.6] a ban shows to administrators who, why and until when', async () => {
      const [root, ann] = [await Visitor.signedIn(host, 'root'), await Visitor.signedIn(host, 'ann')];
      const rootsId = (await host.users.findOrFail({ username: 'root' })).id;
      const { id } = await host.users.findOrFail({ username: 'ann' });
      const until = new Date(host.clock.now().getTime() + 3_600_000).toISOString();
      const banned = await root.send('POST', `/admin/users/${id}/ban`, { reason: 'spam', until });
      expect([banned.status, banned.body.user]).toMatchObject([200, { status: 'banned' }]);
      expect(await ann.isSignedIn()).toBe(false);
      const { body } = await root.send('GET', `/admin/users/${id}`);
      expect(body.ban).toEqual({ reason: 'spam', until, by: rootsId, at: host.clock.now().toISOString() });
      expect((await root.send('POST', `/admin/users/${id}/unban`)).body.user).toMatchObject({ status: 'active' });
      expect((await root.send('GET', `/admin/users/${id}`)).body.ban).toBeNull();
    });
  });
}
