import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { dumpOf } from '../support/database-dump.js';
import { FRAMEWORKS, HostApp, PASSWORD } from '../support/host-app.js';
import { NO_LIMITS } from '../support/limits.js';
import { named, OWN_ROUTES } from '../support/own-routes.js';
import { Visitor } from '../support/visitor.js';

const NEXT = 'a wholly different sentence';

/** Cases that no single feature owns. */
for (const framework of FRAMEWORKS) {
  describe(`On ${framework}`, () => {
    let host: HostApp;
    let rounds = 0;
    let name: string;
    beforeAll(async () => {
      host = await HostApp.start({ listen: framework, routes: true, limits: NO_LIMITS });
      await host.user('boss', { isAdmin: true });
    });
    afterAll(() => host.close());
    beforeEach(() => {
      rounds += 1;
      name = `user${rounds}`;
    });

    describe('a session whose second step is still to come [B-69]', () => {
      it.each(
        OWN_ROUTES.filter(({ entrance }) => entrance === 'session' || entrance === 'admin').map((route) => [named(route), route] as const),
      )('is refused by %s, and nothing changes', async (_, { method, path, fields }) => {
        const { id } = await host.user(name, { isAdmin: true });
        const { token } = await host.sessions.open(id, { needs: ['second-factor'] });
        const before = await dumpOf(host.dataSource);
        const body = fields === undefined ? undefined : Object.fromEntries(Object.keys(fields).map((field) => [field, PASSWORD]));
        const answer = await host.client().send(method, path.replace(':id', id), { token, ...(body !== undefined && { body }) });
        expect([answer.status, answer.body.code]).toEqual([403, 'USERS_STEP_NEEDED']);
        expect(await dumpOf(host.dataSource)).toEqual(before);
      });
    });

    const ENDS: Readonly<Record<string, { act: (id: string) => Promise<unknown>; undo?: (id: string) => Promise<unknown> }>> = {
      'a change of the password': { act: (id) => host.users.changePassword(id, { oldPassword: PASSWORD, newPassword: NEXT }) },
      'a password by an administrator': { act: (id) => host.users.setPassword(id, NEXT) },
      'a deactivation': { act: (id) => host.users.deactivate(id), undo: (id) => host.users.activate(id) },
      'a deletion': { act: (id) => host.users.delete(id) },
    };
    it.each(Object.entries(ENDS))('whatever a user holds is dead at once, and stays dead, after %s [B-73]', async (_, { act, undo }) => {
      const { id } = await host.user(name);
      const visitors = [await Visitor.signedIn(host, name), await Visitor.signedIn(host, name, { transport: 'bearer' })];
      await host.users.requestEmailChange(id, `${name}@elsewhere.example`);
      const reset = (await host.resets.issue(id)).token;
      await host.settled();
      const change = host.inbox.last('confirm-new-email', `${name}@elsewhere.example`).token;
      await act(id);
      const isDead = async (): Promise<void> => {
        for (const visitor of visitors) expect(await visitor.isSignedIn()).toBe(false);
        const stranger = host.client();
        expect((await stranger.post('/auth/password/reset/confirm', { token: reset, newPassword: NEXT })).body.code).toBe(
          'USERS_INVALID_TOKEN',
        );
        expect((await stranger.post('/auth/email/confirm', { token: change })).body.code).toBe('USERS_INVALID_TOKEN');
      };
      await isDead();
      await undo?.(id);
      await isDead();
    });

    it('a key that is not listed has no effect wherever it stands: first, last, twice, or after something nested [B-104]', async () => {
      const wish = '"isAdmin":true,"emailConfirmedAt":"2020-01-01T00:00:00.000Z","data":{"plan":"gold"}';
      const nested = '"profile":{"deep":{"deeper":[{"isAdmin":true}]}}';
      const bodies = [
        (own: string) => `{${wish},${own},${nested}}`,
        (own: string) => `{${nested},${own},${wish}}`,
        (own: string) => `{${own},${nested},${wish},${nested},${wish}}`,
      ];
      for (const [index, body] of bodies.entries()) {
        const own = `"username":"${name}x${index}","password":"${PASSWORD}"`;
        const request = { body: body(own), headers: { 'content-type': 'application/json' } };
        expect((await host.client().send('POST', '/auth/register', request)).status).toBe(201);
        expect(await host.users.findOrFail({ username: `${name}x${index}` })).toMatchObject({
          isAdmin: false,
          emailConfirmedAt: null,
          data: null,
          profile: { deep: { deeper: [{ isAdmin: true }] } },
        });
      }
    });

    it('a key that reaches a prototype is refused, also behind or below others [B-104]', async () => {
      const poison = '"constructor":{"prototype":{"isAdmin":true}}';
      for (const profile of [`{${poison}}`, `{"a":{"b":1},${poison}}`, `{"a":{"b":[1,{"c":2,${poison}}]},"d":1}`]) {
        const body = `{"username":"${name}","password":"${PASSWORD}","profile":${profile}}`;
        expect((await host.client().send('POST', '/auth/register', { body, headers: { 'content-type': 'application/json' } })).status).toBe(
          400,
        );
      }
      expect(await host.users.find({ username: name })).toBeNull();
    });

    it('an administrator’s general change sets no password, no role and nobody else’s address [B-132]', async () => {
      const { id } = await host.user(name);
      await host.user(`${name}b`);
      const boss = await Visitor.signedIn(host, 'boss');
      const wishes = { password: NEXT, newPassword: NEXT, hash: NEXT, roles: ['emperor'], permissions: ['everything'], isAdmin: true };
      expect((await boss.send('PATCH', `/admin/users/${id}`, { displayName: 'A', ...wishes })).status).toBe(200);
      expect(await host.users.findOrFail(id)).toMatchObject({ displayName: 'A', roles: null, permissions: null, isAdmin: false });
      expect(await host.users.verifyCredentials(name, NEXT)).toBeNull();
      expect((await host.users.verifyCredentials(name, PASSWORD))?.id).toBe(id);
      for (const email of [`${name}b@example.org`, `${name.toUpperCase()}B@EXAMPLE.ORG`, ` ${name}b@ｅxample.org `]) {
        const answer = await boss.send('PATCH', `/admin/users/${id}`, { displayName: 'B', email });
        expect([answer.status, answer.body.code]).toEqual([409, 'USERS_EMAIL_TAKEN']);
      }
      expect(await host.users.findOrFail(id)).toMatchObject({ displayName: 'A', email: `${name}@example.org` });
    });

    it('no answer to an administrator holds a hash, a token or what either is made of [B-133]', async () => {
      const { id } = await host.user(name);
      const { token } = await host.sessions.open(id);
      const reset = (await host.resets.issue(id)).token;
      const boss = await Visitor.signedIn(host, 'boss');
      const answers = [
        await boss.send('GET', `/admin/users?search=${name}`),
        await boss.send('GET', `/admin/users/${id}`),
        await boss.send('GET', `/admin/sessions?userId=${id}`),
        await boss.send('GET', '/admin/me'),
        await boss.send('GET', '/admin/fields'),
        await boss.send('PATCH', `/admin/users/${id}`, { displayName: 'A' }),
        await boss.send('POST', '/admin/users', { username: `${name}c`, password: NEXT }),
        await boss.send('POST', `/admin/users/${id}/deactivate`),
      ];
      const stored = Object.values(await dumpOf(host.dataSource))
        .flat()
        .map((row) => JSON.parse(row) as Record<string, unknown>);
      const secrets = stored
        .flatMap((row) => ['hash', 'secretHash'].map((column) => row[column]))
        .filter((value) => typeof value === 'string');
      expect(secrets.length).toBeGreaterThan(4);
      for (const { status, text } of answers) {
        expect(status).toBeLessThan(300);
        for (const secret of [...secrets, token, reset, PASSWORD, NEXT]) expect(text).not.toContain(secret);
        expect(text).not.toMatch(/"[^"]*(?:hash|secret|seed|token)[^"]*":/i);
      }
    });
  });
}
