import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditLog } from 'nestjs-users/audit-log';
import { FRAMEWORKS, HostApp } from '../support/host-app.js';
import { NO_LIMITS } from '../support/limits.js';
import { Visitor } from '../support/visitor.js';

for (const framework of FRAMEWORKS) {
  describe(`The audit log on ${framework}`, () => {
    let host: HostApp;
    let annId: string;
    let rootId: string;
    beforeAll(async () => {
      host = await HostApp.start({ listen: framework, routes: true, limits: NO_LIMITS, extensions: [auditLog()] });
      rootId = (await host.user('root', { isAdmin: true })).id;
      annId = (await host.user('ann')).id;
    });
    afterAll(() => host.close());

    it('[6.2] tells who did it, by his session, and from where', async () => {
      const root = await Visitor.signedIn(host, 'root');
      await root.send('POST', `/admin/users/${annId}/ban`, { reason: 'spam' });
      await root.send('POST', `/admin/users/${annId}/unban`);
      const { status, body } = await root.send('GET', `/admin/audit?userId=${annId}&event=user.banned`);
      expect([status, body.next]).toEqual([200, null]);
      expect(body.items).toEqual([expect.objectContaining({ event: 'user.banned', userId: annId, actorId: rootId })]);
      expect(body.items[0].ip).toMatch(/127\.0\.0\.1$/);
      const opened = await root.send('GET', `/admin/audit?userId=${rootId}&event=session.opened&limit=1`);
      expect(body.items[0].sessionId).toBe(opened.body.items[0].sessionId);
    });

    it('[6.2] shows one his own events alone, and not who acted on him from where', async () => {
      const ann = await Visitor.signedIn(host, 'ann');
      await ann.send('PATCH', '/auth/me', { displayName: 'Ann' });
      await host.client().post('/auth/login', { login: 'ann', password: 'wrong horse' });
      await host.settled();
      const { body } = await ann.send('GET', `/auth/audit?userId=${rootId}`);
      const byName = (name: string) => body.items.find(({ event }: { event: string }) => event === name);
      expect(byName('user.banned')).toMatchObject({ byOther: true, ip: null, userAgent: null, sessionId: null });
      expect(byName('user.updated')).toMatchObject({ byOther: false, facts: { fields: ['displayName'] } });
      expect(byName('user.updated').ip).toMatch(/127\.0\.0\.1$/);
      expect(byName('login.failed')).toMatchObject({ byOther: false });
      expect(JSON.stringify(body)).not.toContain(rootId);
    });

    it('[6.2] is closed to strangers, and all of it to who is no administrator', async () => {
      const ann = await Visitor.signedIn(host, 'ann');
      expect((await ann.send('GET', '/admin/audit')).status).toBe(403);
      for (const path of ['/auth/audit', '/admin/audit']) expect((await host.client().get(path)).status).toBe(401);
      for (const query of ['limit=0', 'after=x', `event=${'x'.repeat(70)}`])
        expect((await ann.send('GET', `/auth/audit?${query}`)).status).toBe(400);
    });

    it('leaves nobody in it who has deleted himself', async () => {
      const bob = await host.user('bob');
      const visitor = await Visitor.signedIn(host, 'bob');
      expect((await visitor.send('POST', '/auth/me/delete', { password: 'correct horse battery' })).status).toBe(204);
      const rows = (await host.dataSource.query('SELECT * FROM auth_audit')) as object[];
      expect(JSON.stringify(rows)).not.toContain(bob.id);
      expect(JSON.stringify(rows)).toContain('user.deleted');
    });
  });
}
