import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FRAMEWORKS, HostApp, PASSWORD } from '../support/host-app.js';
import { NO_LIMITS } from '../support/limits.js';
import { Visitor } from '../support/visitor.js';

for (const framework of FRAMEWORKS) {
  describe(`invitations on ${framework}`, () => {
    let host: HostApp;
    beforeAll(async () => {
      host = await HostApp.start({ listen: framework, routes: true, limits: NO_LIMITS, registration: { open: false } });
      await host.user('root', { isAdmin: true });
      await host.user('ann');
    });
    afterAll(() => host.close());

    it('[2.4] are an administrator’s to send, and bring in who has the link, without a session', async () => {
      const body = { email: 'bob@example.org', displayName: 'Bob', isAdmin: true, invitedBy: 'nobody' };
      expect((await Visitor.of(host).send('POST', '/admin/invitations', body)).status).toBe(401);
      expect((await (await Visitor.signedIn(host, 'ann')).send('POST', '/admin/invitations', body)).status).toBe(403);
      const root = await Visitor.signedIn(host, 'root');
      const invited = await root.send('POST', '/admin/invitations', body);
      await host.settled();
      const { token, expiresAt, invitedBy } = host.inbox.last('invitation', 'bob@example.org');
      expect(invited).toMatchObject({
        status: 201,
        body: {
          user: { status: 'pending', email: 'bob@example.org', displayName: 'Bob', isAdmin: false },
          expiresAt: expiresAt.toISOString(),
        },
      });
      expect([invited.text.includes(token), invitedBy?.username]).toEqual([false, 'root']);
      const bob = Visitor.of(host);
      const weak = await bob.send('POST', '/auth/invitations/accept', { token, password: 'password' });
      expect([weak.status, weak.body.code]).toEqual([400, 'USERS_WEAK_PASSWORD']);
      const accepted = await bob.send('POST', '/auth/invitations/accept', { token, password: PASSWORD, username: 'bob', isAdmin: true });
      expect(accepted).toMatchObject({ status: 200, body: { user: { username: 'bob', status: 'active', isAdmin: false } } });
      expect(await bob.isSignedIn()).toBe(false);
      expect((await bob.send('POST', '/auth/invitations/accept', { token, password: PASSWORD })).body.code).toBe('USERS_INVALID_TOKEN');
      expect(await (await Visitor.signedIn(host, 'bob')).isSignedIn()).toBe(true);
      expect((await root.send('POST', '/admin/invitations', body)).body.code).toBe('USERS_EMAIL_TAKEN');
    });
  });
}
