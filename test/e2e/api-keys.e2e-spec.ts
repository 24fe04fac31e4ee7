import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Post, UseGuards } from '@nestjs/common';
import {
  AdminOnly,
  CurrentSession,
  CurrentUser,
  OptionalSession,
  Public,
  RequirePermission,
  RequireRole,
  RequireScope,
  SessionGuard,
} from 'nestjs-users';
import { FRAMEWORKS, HostApp } from '../support/host-app.js';
import type { HttpAnswer, HttpRequest } from '../support/http-client.js';
import { NO_LIMITS } from '../support/limits.js';
import { OWN_ROUTES } from '../support/own-routes.js';
import { Statements } from '../support/statements.js';
import { sendRaw } from '../support/raw-http.js';
import { Visitor } from '../support/visitor.js';

const NOBODY = '0190a6e0-0000-7000-8000-000000000000';
const calls: string[] = [];

@Controller('notes')
@UseGuards(SessionGuard)
class NotesController {
  @Get() bare() {
    calls.push('bare');
    return {};
  }
  @Get('scoped') @RequireScope('notes:read') scoped(@CurrentUser('username') username: string, @CurrentSession('kind') kind: string) {
    return { username, kind };
  }
  @Post('scoped') @RequireScope('notes:read', 'notes:write') write() {
    return {};
  }
  @Get('any') @RequireScope() any() {
    return {};
  }
  @Get('permitted') @RequirePermission('note:write') permitted() {
    return {};
  }
  @Get('role') @RequireRole('editor') role() {
    calls.push('role');
    return {};
  }
  @Get('optional') @OptionalSession() optional() {
    calls.push('optional');
    return {};
  }
  @Get('public') @Public() open() {
    return {};
  }
  @Get('admin') @AdminOnly() admin() {
    return {};
  }
}

for (const framework of FRAMEWORKS) {
  describe(`API keys on ${framework}`, () => {
    let host: HostApp;
    let annId: string;
    let ann: Visitor;
    beforeAll(async () => {
      host = await HostApp.start({ listen: framework, routes: true, limits: NO_LIMITS, controllers: [NotesController] });
      annId = (await host.user('ann')).id;
      await host.user('bob');
      await host.user('root', { isAdmin: true });
      ann = await Visitor.signedIn(host, 'ann');
    });
    afterAll(() => host.close());

    const keyFor = async (scopes: string[] = [], owner = annId): Promise<string> =>
      (await host.sessions.createApiKey(owner, { name: 'program', scopes })).key;
    const by = (key: string, method: string, path: string, request: HttpRequest = {}): Promise<HttpAnswer> =>
      host.client().send(method, path, { ...request, headers: { 'x-api-key': key, ...request.headers } });
    const statusBy = async (key: string, path: string, method = 'GET'): Promise<number> => (await by(key, method, path)).status;

    it('are made, listed and ended by their owner alone, and shown once [4.15] [B-122]', async () => {
      const made = await ann.send('POST', '/auth/api-keys', {
        name: 'nightly',
        scopes: ['notes:read'],
        userId: NOBODY,
        uses: -5,
        kind: 'session',
      });
      expect([made.status, made.headers.get('cache-control')]).toEqual([201, 'no-store']);
      const { key, apiKey } = made.body as { key: string; apiKey: { id: string; userId: string } };
      expect(key).toMatch(/^nuk_[0-9a-f]{32}_[0-9A-Za-z]{49}$/);
      expect(apiKey).toMatchObject({ userId: annId, name: 'nightly', scopes: ['notes:read'], lastUsedAt: null, expiresAt: null });
      const list = await ann.send('GET', '/auth/api-keys');
      expect(list.body.items).toEqual([apiKey]);
      expect(list.text).not.toContain(key.slice(37));
      expect((await by(key, 'GET', '/notes/scoped')).body).toEqual({ username: 'ann', kind: 'apiKey' });
      const root = await Visitor.signedIn(host, 'root');
      expect((await root.send('GET', `/admin/users/${annId}`)).body.counts.apiKeys).toBe(1);
      const bob = await Visitor.signedIn(host, 'bob');
      for (const [who, id] of [
        [bob, apiKey.id],
        [ann, NOBODY],
        [ann, 'x'],
      ] as const)
        expect((await who.send('DELETE', `/auth/api-keys/${id}`)).body).toMatchObject({ statusCode: 404, code: 'USERS_NOT_FOUND' });
      expect((await bob.send('GET', '/auth/api-keys')).body).toEqual({ items: [] });
      // Each of the above could have ended it.
      expect(await statusBy(key, '/notes/scoped')).toBe(200);
      expect((await ann.send('DELETE', `/auth/api-keys/${apiKey.id}`)).status).toBe(204);
      expect(await statusBy(key, '/notes/scoped')).toBe(401);
    });

    it('[B-121] are made by who is signed in, for himself', async () => {
      const answer = await host.client().post('/auth/api-keys', { name: 'x', userId: annId });
      expect([answer.status, answer.body.code]).toEqual([401, 'USERS_UNAUTHENTICATED']);
      const bad = await ann.send('POST', '/auth/api-keys', { name: 'x', scopes: ['users.delete'] });
      expect([bad.status, bad.body.code]).toEqual([403, 'USERS_FORBIDDEN']);
      expect((await ann.send('GET', '/auth/api-keys')).body.items).toEqual([]);
    });

    it('[4.15] [4.16] come in only where a route says what they must be good for', async () => {
      calls.length = 0;
      const [plain, reader] = [await keyFor(), await keyFor(['notes:read', 'note:write'])];
      for (const path of ['/notes', '/notes/role', '/notes/optional']) {
        const answer = await by(reader, 'GET', path);
        expect([path, answer.status, answer.body.code]).toEqual([path, 403, 'USERS_SCOPE_MISSING']);
      }
      expect(calls).toEqual([]);
      expect([await statusBy(plain, '/notes/scoped'), await statusBy(reader, '/notes/scoped')]).toEqual([403, 200]);
      expect([
        await statusBy(reader, '/notes/scoped', 'POST'),
        await statusBy(plain, '/notes/any'),
        await statusBy(plain, '/notes/public'),
      ]).toEqual([403, 200, 200]);
      expect([await statusBy(plain, '/notes/permitted'), await statusBy(reader, '/notes/permitted')]).toEqual([403, 403]);
      await host.users.setPermissions(annId, ['note:write']);
      expect([await statusBy(plain, '/notes/permitted'), await statusBy(reader, '/notes/permitted')]).toEqual([403, 200]);
      await host.users.setPermissions(annId, []);
      expect(await statusBy(reader, '/notes/permitted')).toBe(403);
      for (const path of ['/notes/scoped', '/notes/any', '/notes']) expect((await ann.send('GET', path)).status).toBe(200);
      expect((await by(plain, 'GET', '/auth/me')).body).toMatchObject({
        user: { username: 'ann' },
        session: { kind: 'apiKey' },
        permissions: [],
      });
    });

    it('[4.15] [B-126] open no session, no other key and no change of the account, whatever their scopes', async () => {
      const rootId = (await host.users.findOrFail({ username: 'root' })).id;
      const key = await keyFor(['admin'], rootId);
      const before = await host.users.findOrFail(rootId);
      for (const { method, path, entrance } of OWN_ROUTES) {
        if (!['session', 'optional'].includes(entrance) || path === '/auth/me') continue;
        const { status, body } = await by(
          key,
          method,
          path.replace(':id', NOBODY),
          method === 'GET' || method === 'DELETE' ? {} : { body: {} },
        );
        expect([method, path, status, body.code]).toEqual([method, path, 403, 'USERS_SCOPE_MISSING']);
      }
      for (const [path, body] of [
        [`/admin/users/${annId}/admin`, { admin: true }],
        [`/admin/users/${annId}/password`, { newPassword: 'another staple' }],
        [`/admin/users/${annId}/permissions`, { permissions: ['a'] }],
        [`/admin/users/${annId}/roles`, { roles: ['a'] }],
      ] as const)
        expect((await by(key, 'PUT', path, { body })).body.code).toBe('USERS_SCOPE_MISSING');
      // Nor his own account by the administration.
      for (const [method, path] of [
        ['PATCH', `/admin/users/${rootId}`],
        ['POST', `/admin/users/${rootId}/send-reset`],
      ] as const)
        expect((await by(key, method, path, { body: { email: 'eve@example.org' } })).body.code).toBe('USERS_FORBIDDEN');
      expect((await by(key, 'POST', '/auth/logout')).status).toBe(204);
      expect(await statusBy(key, '/notes/any')).toBe(200);
      expect({ ...(await host.users.findOrFail(rootId)), updatedAt: null }).toEqual({ ...before, updatedAt: null });
    });

    it('[B-124] [4.15] reach the administration by their scopes, as far as the owner has the right', async () => {
      const rootId = (await host.users.findOrFail({ username: 'root' })).id;
      const [full, reader, none] = [await keyFor(['admin'], rootId), await keyFor(['users.read'], rootId), await keyFor([], rootId)];
      expect([await statusBy(full, '/admin/users'), await statusBy(reader, '/admin/users'), await statusBy(none, '/admin/users')]).toEqual([
        200, 200, 403,
      ]);
      expect([await statusBy(full, '/admin/sessions'), await statusBy(reader, '/admin/sessions')]).toEqual([200, 403]);
      expect([await statusBy(full, '/notes/admin'), await statusBy(reader, '/notes/admin')]).toEqual([200, 403]);
      expect((await by(reader, 'GET', '/admin/me')).body).toEqual({ can: ['users.read'] });
      const other = await host.user(`second-${framework}`, { isAdmin: true });
      const late = await keyFor(['admin', 'users.read'], other.id);
      expect(await statusBy(late, '/admin/users')).toBe(200);
      await host.users.setAdmin(other.id, false);
      expect([await statusBy(late, '/admin/users'), await statusBy(late, '/notes/admin')]).toEqual([403, 403]);
    });

    it('travel in their own header, and decide where they are shown [4.15]', async () => {
      const key = await keyFor();
      const token = (await host.sessions.open({ username: 'bob' })).token;
      expect((await by(key, 'GET', '/notes/any', { token: 'nonsense' })).status).toBe(401);
      expect((await by('nonsense', 'GET', '/notes/any', { headers: { cookie: `session=${token}` } })).status).toBe(401);
      expect((await host.client().get('/notes/any', { token: key })).status).toBe(401);
      expect((await host.client().get('/notes/any', { headers: { cookie: `session=${key}` } })).status).toBe(401);
      expect((await host.client().get(`/notes/any?api_key=${key}&x-api-key=${key}`)).status).toBe(401);
      expect((await by(token, 'GET', '/notes/any')).status).toBe(401);
      for (const headers of [
        [`X-Api-Key: ${key}`, `X-Api-Key: ${key}`],
        [`X-Api-Key: ${key}, ${key}`],
        ['X-Api-Key: '],
        [`X-Api-Key: ${'a'.repeat(4_000)}`],
      ])
        expect((await sendRaw(host.url, { path: '/notes/any', headers })).status).toBe(401);
      expect((await sendRaw(host.url, { path: '/notes/any', headers: [`x-aPI-kEY: ${key}`] })).status).toBe(200);
    });

    it('are exempt from the cross-site rule, since no browser adds the header', async () => {
      const key = await keyFor(['notes:read', 'notes:write']);
      const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
      expect((await by(key, 'POST', '/notes/scoped', { headers })).status).toBe(201);
      expect((await ann.send('POST', '/notes/scoped', undefined, { headers })).body.code).toBe('USERS_CROSS_SITE');
    });

    it('cost one statement, and are dead at the very next request [B-125][B-73]', async () => {
      const { id } = await host.user(`carl-${framework}`);
      const key = await keyFor(['notes:read'], id);
      await by(key, 'GET', '/notes/scoped');
      const statements = Statements.of(host.dataSource);
      expect(await statusBy(key, '/notes/scoped')).toBe(200);
      expect(statements.texts).toHaveLength(1);
      await host.users.deactivate(id);
      expect(await statusBy(key, '/notes/scoped')).toBe(401);
    });

    it('beyond their rate are told when to come again', async () => {
      const { key } = await host.sessions.createApiKey(annId, { name: 'slow', rate: { uses: 1, per: '1m' } });
      expect(await statusBy(key, '/notes/any')).toBe(200);
      const { status, body, headers } = await by(key, 'GET', '/notes/any');
      expect([status, body.code, headers.get('retry-after')]).toEqual([429, 'USERS_TOO_MANY_REQUESTS', '60']);
    });
  });
}

describe('Where API keys are no carrier', () => {
  it('they are not looked at', async () => {
    const host = await HostApp.start({ listen: 'express', http: { carriers: ['cookie', 'bearer'] }, controllers: [NotesController] });
    try {
      const { id } = await host.user();
      const { key } = await host.sessions.createApiKey(id, { name: 'x' });
      const { token } = await host.sessions.open(id);
      expect((await host.client().get('/notes/any', { headers: { 'x-api-key': key } })).status).toBe(401);
      expect((await host.client().get('/notes/any', { headers: { 'x-api-key': key, cookie: `session=${token}` } })).status).toBe(200);
    } finally {
      await host.close();
    }
  });
});
