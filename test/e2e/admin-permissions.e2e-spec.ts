import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ADMIN_PERMISSIONS, type AdminPermission } from 'nestjs-users';
import { FRAMEWORKS, HostApp, PASSWORD } from '../support/host-app.js';
import { NO_LIMITS } from '../support/limits.js';
import { named, OWN_ROUTES, type OwnRoute } from '../support/own-routes.js';
import { Visitor } from '../support/visitor.js';

/** What each route of the administration asks for; what has no line here is for administrators alone. */
const ASKS: Readonly<Record<string, AdminPermission | 'any'>> = {
  'GET /admin/me': 'any',
  'GET /admin/fields': 'any',
  'GET /admin/users': 'users.read',
  'POST /admin/users': 'users.create',
  'POST /admin/invitations': 'users.invite',
  'GET /admin/users/:id': 'users.read',
  'PATCH /admin/users/:id': 'users.update',
  'DELETE /admin/users/:id': 'users.delete',
  'POST /admin/users/:id/activate': 'users.activate',
  'POST /admin/users/:id/deactivate': 'users.activate',
  'POST /admin/users/:id/ban': 'users.ban',
  'POST /admin/users/:id/unban': 'users.ban',
  'POST /admin/users/:id/end-sessions': 'sessions.end',
  'POST /admin/users/:id/send-reset': 'users.send-reset',
  'POST /admin/users/:id/confirm-email': 'users.update',
  'POST /admin/users/:id/impersonate': 'users.impersonate',
  'PUT /admin/users/:id/password': 'users.set-password',
  'PUT /admin/users/:id/permissions': 'users.set-permissions',
  'PUT /admin/users/:id/roles': 'users.set-roles',
  'GET /admin/blackout': 'sessions.blackout',
  'PUT /admin/blackout': 'sessions.blackout',
  'DELETE /admin/blackout': 'sessions.blackout',
  'GET /admin/sessions': 'sessions.read',
  'DELETE /admin/sessions/:id': 'sessions.end',
  'DELETE /admin/sessions': 'sessions.end',
};
const NOBODY = '0190a6e0-0000-7000-8000-000000000000';
const ADMINISTRATION = OWN_ROUTES.filter(({ entrance }) => entrance === 'admin');

for (const framework of FRAMEWORKS) {
  describe(`The administration by permissions on ${framework}`, () => {
    let host: HostApp;
    let agentId: string;
    let agent: Visitor;
    let root: Visitor;
    let annId: string;
    let rootId: string;
    beforeAll(async () => {
      host = await HostApp.start({ listen: framework, routes: true, limits: NO_LIMITS });
      agentId = (await host.user('agent')).id;
      rootId = (await host.user('root', { isAdmin: true })).id;
    });
    afterAll(() => host.close());
    let at = 0;
    beforeEach(async () => {
      at += 1;
      annId = (await host.user(`ann${at}`)).id;
      await host.users.setRoles(agentId, []);
      // Whoever sets a blackout is signed out by it too.
      await host.sessions.clearBlackout();
      agent = await Visitor.signedIn(host, 'agent');
      root = await Visitor.signedIn(host, 'root');
    });

    const given = (...permissions: AdminPermission[]): Promise<unknown> => host.users.setPermissions(agentId, permissions);
    const send = (route: OwnRoute, id: string): ReturnType<Visitor['send']> =>
      agent.send(route.method, route.path.replace(':id', id), route.fields === undefined ? undefined : {});

    it.each(ADMINISTRATION.map((route) => [named(route), route] as const))(
      '%s opens for its own permission alone [B-130]',
      async (name, route) => {
        const asked = ASKS[name];
        await given(...ADMIN_PERMISSIONS.filter((permission) => permission !== asked));
        const without = await send(route, NOBODY);
        expect([without.status, without.body?.code]).toEqual(asked === 'any' ? [200, undefined] : [403, 'USERS_FORBIDDEN']);
        if (asked === undefined) return;
        await given(asked === 'any' ? 'audit.read' : asked);
        // Everybody's sessions are another matter, told apart below.
        const path = name === 'DELETE /admin/sessions' ? `${route.path}?userId=${NOBODY}` : route.path;
        expect((await send({ ...route, path }, NOBODY)).status).not.toBe(403);
      },
    );

    it('tells what one may do', async () => {
      await given('users.read', 'sessions.end');
      expect((await agent.send('GET', '/admin/me')).body).toEqual({ can: ['users.read', 'sessions.end'] });
      expect((await root.send('GET', '/admin/me')).body).toEqual({ can: [...ADMIN_PERMISSIONS, 'users.set-admin'] });
    });

    it('a support agent helps users, and reaches no administrator', async () => {
      await given('users.read', 'users.update', 'users.delete', 'users.activate', 'users.send-reset', 'users.set-password', 'sessions.end');
      const { token } = await host.sessions.open(annId);
      expect((await agent.send('PATCH', `/admin/users/${annId}`, { displayName: 'Ann' })).status).toBe(200);
      expect((await agent.send('POST', `/admin/users/${annId}/end-sessions`)).body).toEqual({ ended: 1 });
      expect((await host.sessions.check(token)).status).toBe('not_found');
      expect((await agent.send('PUT', `/admin/users/${annId}/password`, { newPassword: 'another staple' })).status).toBe(204);
      const { session } = await host.sessions.open({ username: 'root' });
      const acts: readonly (readonly [string, string, unknown?])[] = [
        ['PATCH', `/admin/users/${rootId}`, { email: 'agent2@example.org' }],
        ['DELETE', `/admin/users/${rootId}`],
        ['POST', `/admin/users/${rootId}/deactivate`],
        ['POST', `/admin/users/${rootId}/confirm-email`],
        ['POST', `/admin/users/${rootId}/send-reset`],
        ['POST', `/admin/users/${rootId}/end-sessions`],
        ['PUT', `/admin/users/${rootId}/password`, { newPassword: 'another staple' }],
        ['DELETE', `/admin/sessions/${session.id}`],
        ['DELETE', `/admin/sessions?userId=${rootId}`],
        ['DELETE', '/admin/sessions?everyone=true'],
        ['PUT', `/admin/users/${agentId}/admin`, { admin: true }],
        ['PUT', `/admin/users/${rootId}/admin`, { admin: false }],
      ];
      for (const [method, path, body] of acts) {
        const answer = await agent.send(method, path, body);
        expect([path, answer.status, answer.body.code]).toEqual([path, 403, 'USERS_FORBIDDEN']);
      }
      expect(await host.users.findOrFail(rootId)).toMatchObject({ email: 'root@example.org', isAdmin: true, status: 'active' });
      expect(await host.sessions.find(session.id)).not.toBeNull();
      await host.sessions.login({ login: 'root', password: PASSWORD });
    });

    it('nor whoever may administrate more than he does', async () => {
      await given('users.update', 'users.set-password');
      await host.users.setPermissions(annId, ['note:write', 'users.update']);
      expect((await agent.send('PATCH', `/admin/users/${annId}`, { displayName: 'A' })).status).toBe(200);
      await host.users.addPermissions(annId, ['users.delete']);
      expect((await agent.send('PUT', `/admin/users/${annId}/password`, { newPassword: 'another staple' })).status).toBe(403);
      await given('users.update', 'users.set-password', 'users.delete');
      expect((await agent.send('PUT', `/admin/users/${annId}/password`, { newPassword: 'another staple' })).status).toBe(204);
    });

    it('gives only what he has himself, and nobody makes himself more [5.2]', async () => {
      await given('users.set-permissions', 'users.set-roles', 'users.create', 'users.read');
      await host.users.setRoles(agentId, ['editor']);
      const put = (id: string, what: string, names: unknown) => agent.send('PUT', `/admin/users/${id}/${what}`, { [what]: names });
      expect((await put(annId, 'permissions', ['users.read'])).body.user).toMatchObject({
        id: annId,
        permissions: ['users.read'],
        roles: [],
      });
      expect((await put(annId, 'roles', ['editor'])).body.user.roles).toEqual(['editor']);
      for (const [id, what, names] of [
        [agentId, 'permissions', ['users.read', 'users.delete']],
        [agentId, 'permissions', ['users.set-permissions', 'users.set-roles', 'users.create', 'users.read', 'note:write']],
        [agentId, 'roles', ['editor', 'chief']],
        [annId, 'permissions', ['sessions.end']],
        [annId, 'roles', ['chief']],
        [rootId, 'permissions', ['users.read']],
        [rootId, 'roles', []],
      ] as const)
        expect([id, (await put(id, what, names)).body.code]).toEqual([id, 'USERS_FORBIDDEN']);
      for (const names of [['admin'], ['users.set-admin']]) expect((await put(agentId, 'permissions', names)).status).toBe(400);
      expect((await agent.send('POST', '/admin/users', { username: `new${at}`, isAdmin: true })).body.code).toBe('USERS_FORBIDDEN');
      const made = await agent.send('POST', '/admin/users', { username: `new${at}`, permissions: ['users.delete'], roles: ['chief'] });
      expect(made.body.user).toMatchObject({ isAdmin: false, permissions: [], roles: [] });
      await host.users.setRoles(annId, []);
    });

    it('an administrator gives what he likes, seen at the next request', async () => {
      const ann = await Visitor.signedIn(host, `ann${at}`);
      expect((await ann.send('GET', '/admin/users')).status).toBe(403);
      await root.send('PUT', `/admin/users/${annId}/permissions`, { permissions: ['users.read', 'anything:else'] });
      expect((await ann.send('GET', '/admin/users')).status).toBe(200);
      expect((await ann.send('GET', '/auth/me')).body.permissions).toEqual(['users.read', 'anything:else']);
      await root.send('PUT', `/admin/users/${annId}/permissions`, { permissions: [] });
      expect((await ann.send('GET', '/admin/users')).status).toBe(403);
      await host.users.setAdmin(annId);
      expect((await ann.send('GET', '/admin/users')).status).toBe(200);
      await host.users.setAdmin(annId, false);
      expect((await ann.send('GET', '/admin/users')).status).toBe(403);
    });
  });
}
