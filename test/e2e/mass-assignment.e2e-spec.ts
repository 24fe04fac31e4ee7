import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Customer, WITH_CUSTOMERS } from '../support/customer.entity.js';
import { FRAMEWORKS, HostApp, PASSWORD } from '../support/host-app.js';
import { NO_LIMITS } from '../support/limits.js';
import { Visitor } from '../support/visitor.js';

const FOREIGN_ID = '0190a6e0-0000-7000-8000-00000000beef';
const THEN = '2001-02-03T04:05:06.000Z';

/** What nobody may set of himself: every column that is not his, under its own name and under those that other systems give it. */
const WISHES: Readonly<Record<string, unknown>> = {
  id: FOREIGN_ID,
  userId: FOREIGN_ID,
  usernameKey: 'root',
  emailKey: 'root@example.org',
  isAdmin: true,
  is_admin: true,
  admin: true,
  superuser: true,
  role: 'admin',
  roles: ['admin'],
  permissions: ['users.read'],
  data: { plan: 'gold' },
  mustChangePassword: true,
  activatedAt: THEN,
  activated: true,
  active: true,
  status: 'active',
  emailConfirmed: true,
  emailConfirmedAt: THEN,
  email_confirmed_at: THEN,
  verified: true,
  disabledAt: THEN,
  bannedAt: THEN,
  bannedUntil: THEN,
  banReason: 'me',
  bannedById: FOREIGN_ID,
  createdAt: THEN,
  updatedAt: THEN,
  lastLoginAt: THEN,
  plan: 'gold',
  stripeId: 'cus_1',
  hash: '$test$x',
  passwordHash: '$test$x',
  failures: -1,
  failed_count: -1,
  changedAt: THEN,
  secretHash: 'x',
  kind: 'apiKey',
  needs: [],
  actorId: FOREIGN_ID,
  acting: { as: 'parked', sessionId: FOREIGN_ID, userId: FOREIGN_ID },
  expiresAt: '2999-01-01T00:00:00.000Z',
  endsAt: '2999-01-01T00:00:00.000Z',
  fixed: true,
  ip: '192.0.2.1',
  userAgent: 'forged',
  from: { ip: '192.0.2.1' },
  toJSON: 'x',
  user: { isAdmin: true },
};
/** The same again one floor down, and a key that must not reach a prototype. */
const ALL_WISHES = { ...WISHES, nested: WISHES, extra_data: WISHES, Customer: WISHES };

const OWN_COLUMNS = [
  'id',
  'isAdmin',
  'roles',
  'permissions',
  'data',
  'mustChangePassword',
  'activatedAt',
  'emailConfirmedAt',
  'disabledAt',
  'bannedAt',
  'bannedUntil',
  'banReason',
  'bannedById',
  'createdAt',
  'plan',
  'stripeId',
] as const;

for (const framework of FRAMEWORKS) {
  describe(`Mass assignment on ${framework}`, () => {
    let host: HostApp;
    beforeAll(async () => {
      host = await HostApp.start({ listen: framework, routes: true, limits: NO_LIMITS, ...WITH_CUSTOMERS });
    });
    afterAll(() => host.close());

    const row = (username: string): Promise<Customer> => host.dataSource.getRepository(Customer).findOneByOrFail({ username });
    const facts = async (username: string): Promise<Record<string, unknown>> => {
      const user = await row(username);
      return Object.fromEntries(OWN_COLUMNS.map((name) => [name, user[name]]));
    };

    it('a registration takes what is listed, and nothing of all this [B-16][B-101][W12]', async () => {
      await host.client().post('/auth/register', { username: `plain-${framework}`, password: PASSWORD, company: 'ACME' });
      const answer = await host.client().post('/auth/register', {
        username: 'wisher',
        password: PASSWORD,
        company: 'ACME',
        displayName: 'W',
        profile: { a: 1 },
        ...ALL_WISHES,
      });
      expect(answer.status).toBe(201);
      expect(answer.body.user).toMatchObject({
        username: 'wisher',
        isAdmin: false,
        company: 'ACME',
        profile: { a: 1 },
        displayName: 'W',
        createdAt: '2026-11-03T09:12:00.000Z',
      });
      const { id: _, ...plain } = await facts(`plain-${framework}`);
      const { id, ...wisher } = await facts('wisher');
      expect(wisher).toEqual(plain);
      expect(id).not.toBe(FOREIGN_ID);
    });

    it('a registration that waits for its confirmation holds none of it either', async () => {
      await host.client().post('/auth/register', { username: 'waiter', email: 'waiter@example.org', password: PASSWORD, ...ALL_WISHES });
      await host.settled();
      const waiting = await facts('waiter');
      expect(waiting).toMatchObject({ activatedAt: null, emailConfirmedAt: null, isAdmin: false, plan: null, stripeId: null, data: null });
      const { token } = host.inbox.last('confirm-email', 'waiter@example.org');
      await host.client().post('/auth/email/confirm', { token, ...ALL_WISHES });
      expect(await facts('waiter')).toMatchObject({
        isAdmin: false,
        roles: null,
        permissions: null,
        plan: null,
        stripeId: null,
        data: null,
        mustChangePassword: false,
        id: waiting['id'],
      });
    });

    it('a change of one’s own facts takes what is listed, and nothing of all this [B-16][B-101][W12]', async () => {
      await host.user('ann');
      const ann = await Visitor.signedIn(host, 'ann');
      const before = await facts('ann');
      const answer = await ann.send('PATCH', '/auth/me', {
        displayName: 'Ann',
        company: 'ACME',
        ...ALL_WISHES,
        username: 'root',
        email: 'root@example.org',
        password: 'x',
      });
      expect(answer.status).toBe(200);
      expect(await facts('ann')).toEqual(before);
      expect(await row('ann')).toMatchObject({ username: 'ann', email: 'ann@example.org', displayName: 'Ann', company: 'ACME' });
      expect(await ann.isSignedIn()).toBe(true);
    });

    it('no other route of one’s own sets any of it', async () => {
      await host.user('bea');
      const bea = await Visitor.signedIn(host, 'bea');
      const before = await facts('bea');
      const [session] = (await bea.send('GET', '/auth/sessions')).body.items;
      const statuses = [
        (await bea.send('POST', '/auth/username', { username: 'bea2', ...ALL_WISHES })).status,
        (await bea.send('POST', '/auth/email/change', { email: 'bea2@example.org', password: PASSWORD, ...ALL_WISHES })).status,
        (
          await bea.send('POST', '/auth/password/change', {
            oldPassword: PASSWORD,
            newPassword: 'a wholly different sentence',
            ...ALL_WISHES,
            keepSession: FOREIGN_ID,
          })
        ).status,
        (await bea.send('POST', '/auth/email/confirm/request', { email: 'bea@example.org', ...ALL_WISHES })).status,
      ];
      expect(statuses).toEqual([200, 202, 204, 202]);
      expect(await facts('bea2')).toEqual(before);
      expect((await bea.send('GET', '/auth/sessions')).body.items).toEqual([session]);
    });

    it('a log-in takes no end, no data, no step and no address from its body [B-101]', async () => {
      await host.user('cleo');
      const { body } = await host.client().post('/auth/login', { username: 'cleo', password: PASSWORD, ...ALL_WISHES });
      const { body: usual } = await host.client().post('/auth/login', { username: 'cleo', password: PASSWORD });
      const { id: _a, ...wished } = body.session;
      const { id: _b, ...plain } = usual.session;
      expect(wished).toEqual(plain);
    });

    it('a reset takes nothing but token and password', async () => {
      const { id } = await host.user('dora');
      const before = await facts('dora');
      const { token } = await host.resets.issue(id);
      const { id: rootId } = await host.user(`root-${framework}`, { isAdmin: true });
      expect(
        (
          await host.client().post('/auth/password/reset/confirm', {
            token,
            newPassword: 'a wholly different sentence',
            ...ALL_WISHES,
            userId: rootId,
            user: rootId,
          })
        ).status,
      ).toBe(204);
      expect(await facts('dora')).toEqual(before);
      expect((await host.client().post('/auth/login', { login: `root-${framework}`, password: PASSWORD })).status).toBe(200);
    });

    it('an administrator writes what his list names; the rest is server code’s', async () => {
      await host.user('boss', { isAdmin: true });
      const boss = await Visitor.signedIn(host, 'boss');
      // Those three an administrator may well give.
      const wishes = { ...ALL_WISHES, isAdmin: undefined, mustChangePassword: undefined, emailConfirmed: undefined };
      const made = await boss.send('POST', '/admin/users', { username: 'made', password: PASSWORD, ...wishes });
      expect(made.status).toBe(201);
      expect(await facts('made')).toMatchObject({
        isAdmin: false,
        roles: null,
        permissions: null,
        data: null,
        mustChangePassword: false,
        emailConfirmedAt: null,
        plan: 'gold',
        stripeId: null,
        disabledAt: null,
      });
      const before = await facts('made');
      expect((await boss.send('PATCH', `/admin/users/${made.body.user.id}`, { ...ALL_WISHES, plan: 'silver', password: 'x' })).status).toBe(
        200,
      );
      expect(await facts('made')).toEqual({ ...before, plan: 'silver' });
      expect(
        (
          await boss.send('PUT', `/admin/users/${made.body.user.id}/password`, {
            newPassword: 'a wholly different sentence',
            ...ALL_WISHES,
            mustChange: false,
          })
        ).status,
      ).toBe(204);
      expect(await facts('made')).toEqual({ ...before, plan: 'silver' });
    });

    it('what a host gave no @Field is never shown', async () => {
      await host.user('eve', { stripeId: 'cus_secret', plan: 'gold', data: { plan: 'secret' } });
      const eve = await Visitor.signedIn(host, 'eve');
      const root = await Visitor.signedIn(host, 'boss');
      const { id } = await row('eve');
      for (const { text } of [
        await eve.send('GET', '/auth/me'),
        await eve.send('GET', '/auth/session'),
        await root.send('GET', `/admin/users/${id}`),
        await root.send('GET', '/admin/users'),
      ]) {
        expect(text).not.toContain('secret');
      }
      expect((await eve.send('GET', '/auth/me')).text).not.toContain('gold');
    });
  });
}
