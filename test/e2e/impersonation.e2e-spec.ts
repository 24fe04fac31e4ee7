import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Post } from '@nestjs/common';
import { CurrentSession, NotWhileActing, OptionalSession, Public, RecentLogin, UserInvited } from 'nestjs-users';
import { auditLog } from 'nestjs-users/audit-log';
import { FRAMEWORKS, HostApp, PASSWORD } from '../support/host-app.js';
import { NO_LIMITS } from '../support/limits.js';
import { type Transport, Visitor } from '../support/visitor.js';

@Controller('shop')
class ShopController {
  @Get('who') @OptionalSession() who(@CurrentSession() session: CurrentSession | null) {
    return { actor: session?.actor ?? null };
  }
  @Post('pay') @NotWhileActing() pay() {
    return { paid: true };
  }
  @Get('maybe') @OptionalSession() @NotWhileActing() maybe() {
    return { in: true };
  }
  @Get('odd') @Public() @NotWhileActing() odd() {
    return { in: true };
  }
  @Get('recent') @RecentLogin() recent() {
    return { in: true };
  }
}

@Controller('safe')
@NotWhileActing()
class SafeController {
  @Get() get() {
    return { in: true };
  }
  @Get('door') @Public() door() {
    return { in: true };
  }
}

/** What is for the user himself. */
const CLOSED: readonly (readonly [string, string, object?])[] = [
  ['POST', '/auth/password/change', { oldPassword: PASSWORD, newPassword: 'a wholly different sentence' }],
  ['POST', '/auth/password/set', { newPassword: 'a wholly different sentence' }],
  ['POST', '/auth/email/change', { email: 'mine@example.org', password: PASSWORD }],
  ['DELETE', '/auth/email/change'],
  ['POST', '/auth/username', { username: 'mine' }],
  ['POST', '/auth/me/delete', { password: PASSWORD }],
  ['GET', '/auth/me/export'],
  ['GET', '/auth/me/credentials'],
  ['POST', '/auth/api-keys', { name: 'mine' }],
  ['DELETE', '/auth/api-keys/0190a6e0-0000-7000-8000-000000000000'],
  ['POST', '/auth/reauthenticate', { password: PASSWORD }],
];
/** What he may not do with the rights of the user whom he acts as. */
const CLOSED_ADMINISTRATION: readonly (readonly [string, string, object])[] = [
  ['POST', 'impersonate', { reason: 'again' }],
  ['PUT', 'password', { newPassword: 'a wholly different sentence' }],
  ['PUT', 'permissions', { permissions: ['note:read'] }],
  ['PUT', 'roles', { roles: ['editor'] }],
];

for (const framework of FRAMEWORKS) {
  describe(`Acting in another name on ${framework} [4.17]`, () => {
    let host: HostApp;
    let agentId: string;
    let annId: string;
    let at = 0;
    beforeAll(async () => {
      host = await HostApp.start({
        ...{ listen: framework, routes: true, limits: NO_LIMITS, extensions: [auditLog()] },
        controllers: [ShopController, SafeController],
      });
      agentId = (await host.user('agent', { displayName: 'Alex' })).id;
    });
    afterAll(() => host.close());
    beforeEach(async () => {
      at += 1;
      annId = (await host.user(`ann${at}`)).id;
      await host.users.setPermissions(agentId, ['users.impersonate', 'users.set-permissions', 'users.set-roles', 'users.set-password']);
    });

    const start = (visitor: Visitor, id = annId) => visitor.send('POST', `/admin/users/${id}/impersonate`, { reason: 'ticket 4711' });
    async function acting(transport: Transport = 'cookie'): Promise<Visitor> {
      const visitor = await Visitor.signedIn(host, 'agent', { transport });
      expect((await start(visitor)).status).toBe(200);
      return visitor;
    }
    const credentialOf = ({ token, client }: Visitor): string => token ?? client.cookies.get('session') ?? '';
    const opens = async (token: string): Promise<boolean> => (await host.client().get('/auth/me', { token })).status === 200;

    it.each(['cookie', 'bearer'] as const)(
      'goes over to the user and back, by %s, each time by a new token [B-70] [B-128]',
      async (transport) => {
        const visitor = await Visitor.signedIn(host, 'agent', { transport });
        const own = credentialOf(visitor);
        const { body } = await start(visitor);
        const actor = { id: agentId, name: 'Alex', reason: 'ticket 4711' };
        expect(body).toMatchObject({ user: { id: annId }, session: { actor } });
        const between = credentialOf(visitor);
        expect((await visitor.send('GET', '/auth/me')).body).toMatchObject({ user: { id: annId }, session: { actor } });
        expect((await visitor.send('GET', '/shop/who')).body).toEqual({ actor });
        const back = await visitor.send('POST', '/auth/impersonation/stop');
        expect(back.body).toMatchObject({ user: { id: agentId }, session: { actor: null } });
        expect((await visitor.send('GET', '/auth/me')).body.user.id).toBe(agentId);
        expect([await opens(own), await opens(between), await opens(credentialOf(visitor))]).toEqual([false, false, true]);
      },
    );

    it('stopping changes nothing for who acts as nobody else', async () => {
      const visitor = await Visitor.signedIn(host, 'agent');
      const before = credentialOf(visitor);
      const { status, body } = await visitor.send('POST', '/auth/impersonation/stop');
      expect([status, body.user.id, credentialOf(visitor)]).toEqual([200, agentId, before]);
    });

    it('closes what is for the user himself [B-129]', async () => {
      const visitor = await acting();
      for (const [method, path, body] of CLOSED) {
        const answer = await visitor.send(method, path, body);
        expect([path, answer.status, answer.body?.code]).toEqual([path, 403, 'USERS_ACTING']);
      }
      expect(await host.users.findOrFail(annId)).toMatchObject({ username: `ann${at}`, email: `ann${at}@example.org` });
      await host.sessions.login({ login: `ann${at}`, password: PASSWORD });
    });

    it('opens the administration as far as the user may, and gives no right and no password by it [B-129]', async () => {
      await host.users.setPermissions(annId, [
        'users.set-permissions',
        'users.set-roles',
        'users.set-password',
        'users.impersonate',
        'note:read',
      ]);
      const visitor = await acting();
      expect((await visitor.send('GET', '/admin/me')).status).toBe(200);
      for (const [method, act, body] of CLOSED_ADMINISTRATION) {
        const answer = await visitor.send(method, `/admin/users/${agentId}/${act}`, body);
        expect([act, answer.status, answer.body?.code]).toEqual([act, 403, 'USERS_ACTING']);
      }
    });

    it("closes the host's own routes that say so, whatever else they say", async () => {
      const visitor = await acting();
      const codeOf = async (method: string, path: string) => (await visitor.send(method, path)).body.code;
      for (const path of ['/shop/maybe', '/shop/odd', '/shop/recent', '/safe'])
        expect([path, await codeOf('GET', path)]).toEqual([path, 'USERS_ACTING']);
      expect(await codeOf('POST', '/shop/pay')).toBe('USERS_ACTING');
      expect((await visitor.send('GET', '/safe/door')).status).toBe(200);
      const ann = await Visitor.signedIn(host, `ann${at}`);
      for (const path of ['/shop/maybe', '/shop/odd', '/shop/recent', '/safe']) expect((await ann.send('GET', path)).status).toBe(200);
      expect((await host.client().get('/shop/maybe')).status).toBe(200);
      expect((await host.client().post('/shop/pay', {})).status).toBe(401);
    });

    it('asks who does it to have proved lately who he is, and takes no API key [B-126]', async () => {
      const visitor = await Visitor.signedIn(host, 'agent');
      host.clock.advance('11m');
      expect((await start(visitor)).body.code).toBe('USERS_REAUTHENTICATION_REQUIRED');
      await visitor.send('POST', '/auth/reauthenticate', { password: PASSWORD });
      expect((await start(visitor)).status).toBe(200);
      const { key } = await host.sessions.createApiKey(agentId, { name: 'ci', scopes: ['users.impersonate'] });
      const headers = { 'x-api-key': key };
      expect((await host.client().post(`/admin/users/${annId}/impersonate`, { reason: 'x' }, { headers })).body.code).toBe(
        'USERS_SCOPE_MISSING',
      );
    });

    it('shows the user that somebody acts, not why nor from where, and lets him end it', async () => {
      const visitor = await acting();
      const ann = await Visitor.signedIn(host, `ann${at}`);
      const { items } = (await ann.send('GET', '/auth/sessions')).body;
      const his = items.find(({ actor }: { actor: object | null }) => actor !== null);
      expect(his).toMatchObject({ actor: { id: agentId, name: 'Alex', reason: '' }, ip: null, userAgent: null, current: false });
      const { body } = await ann.send('GET', '/auth/audit?event=impersonation.started');
      expect(body.items).toEqual([expect.objectContaining({ byOther: true, facts: null, ip: null, sessionId: null })]);
      expect((await ann.send('DELETE', `/auth/sessions/${his.id}`)).status).toBe(204);
      expect(await visitor.isSignedIn()).toBe(false);
    });

    it('is written down with both ids, whatever is done', async () => {
      const visitor = await acting();
      host.clock.advance('1s');
      await visitor.send('PATCH', '/auth/me', { displayName: 'Ann' });
      await host.settled();
      const root = await Visitor.signedIn(host, (await host.user(`root${at}`, { isAdmin: true })).username ?? '');
      const { body } = await root.send('GET', `/admin/audit?userId=${annId}&actorId=${agentId}`);
      expect(body.items.map(({ event, facts }: { event: string; facts: unknown }) => [event, facts])).toEqual([
        ['user.updated', { fields: ['displayName'] }],
        ['impersonation.started', { reason: 'ticket 4711' }],
      ]);
    });

    it('shows the user of others who act no more than the user sees, and of oneself all', async () => {
      await host.user(`helper${at}`, { isAdmin: true });
      const helper = await Visitor.signedIn(host, `helper${at}`);
      expect((await helper.send('POST', `/admin/users/${annId}/impersonate`, { reason: 'a secret ticket' })).status).toBe(200);
      host.clock.advance('1s');
      const visitor = await acting();
      const { items } = (await visitor.send('GET', '/auth/sessions')).body;
      expect(items).toEqual([
        expect.objectContaining({ current: true, actor: { id: agentId, name: 'Alex', reason: 'ticket 4711' }, ip: expect.any(String) }),
        expect.objectContaining({ current: false, actor: expect.objectContaining({ reason: '' }), ip: null, userAgent: null }),
      ]);
    });

    it.each([
      ['signs out', '/auth/logout', undefined],
      ['signs in anew', '/auth/login', { login: 'agent', password: PASSWORD }],
    ])('tells the user that somebody else ended it, and not from where, when he %s', async (_, path, body) => {
      const visitor = await acting();
      expect((await visitor.send('POST', path, body)).status).toBeLessThan(300);
      const ann = await Visitor.signedIn(host, `ann${at}`);
      const { items } = (await ann.send('GET', '/auth/audit?event=session.ended')).body;
      expect(items).toEqual([expect.objectContaining({ byOther: true, ip: null, userAgent: null, sessionId: null })]);
    });

    it('names the human where he bans or invites by the rights of the user', async () => {
      await host.users.setPermissions(annId, ['users.ban', 'users.invite']);
      await host.users.addPermissions(agentId, ['users.ban', 'users.invite']);
      const bob = await host.user(`bob${at}`);
      const inviters: (string | null)[] = [];
      const off = host.events.on(UserInvited, ({ invitedById }) => void inviters.push(invitedById));
      const visitor = await acting();
      expect((await visitor.send('POST', `/admin/users/${bob.id}/ban`, { reason: 'spam' })).status).toBe(200);
      expect((await visitor.send('POST', '/admin/invitations', { email: `new${at}@example.org` })).status).toBe(201);
      off();
      expect((await host.users.findOrFail(bob.id)).bannedById).toBe(agentId);
      expect(inviters).toEqual([agentId]);
    });

    it('signs the human out altogether where he signs out', async () => {
      const visitor = await acting();
      expect((await visitor.send('POST', '/auth/logout')).status).toBe(204);
      expect((await host.sessions.list({ userId: annId })).items).toEqual([]);
      expect(await visitor.isSignedIn()).toBe(false);
    });
  });
}
