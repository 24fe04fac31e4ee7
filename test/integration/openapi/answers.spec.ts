import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { linkIn } from '../../support/first-admin-link.js';
import { ADMIN_PERMISSIONS } from 'nestjs-users';
import { type HostApp, PASSWORD } from '../../support/host-app.js';
import { describedApp, documentOf } from './described-app.js';
import { CheckedClient, DocumentCheck } from './document-check.js';

const BETTER = 'a much longer passphrase';
const LAST = 'another long passphrase';

describe('the document and the running app', () => {
  let host: HostApp;
  let check: DocumentCheck;
  const client = () => new CheckedClient(host.url, check);
  const signedIn = async (name: string, password = PASSWORD) => {
    const browser = client();
    await browser.post('/auth/login', { login: name, password, remember: true, deviceName: 'Laptop' });
    return browser;
  };

  beforeAll(async () => {
    host = await describedApp();
    check = new DocumentCheck(documentOf(host.app));
  });
  afterAll(() => host.close());

  it('agree on every route of the own account', async () => {
    const browser = client();
    await browser.post('/auth/register', { username: 'eve', password: PASSWORD, company: 'ACME', newsletter: true, displayName: null });
    await browser.post('/auth/register', { email: 'eve@example.org', password: PASSWORD, profile: { a: [1] } });
    await browser.post('/auth/email/confirm/request', { email: 'eve@example.org' });
    await host.settled();
    await browser.post('/auth/email/confirm', { token: host.inbox.last('confirm-email', 'eve@example.org').token });
    await browser.get('/auth/session');
    await browser.post('/auth/login', { email: 'eve@example.org', password: PASSWORD, remember: true, deviceName: 'Laptop' });
    await browser.get('/auth/session');
    await browser.get('/auth/me');
    await browser.get('/auth/me/export');
    await browser.get('/auth/me/credentials');
    await browser.patch('/auth/me', { displayName: 'Eve', seats: null, born: '1990-01-02', settings: { dark: true }, newsletter: false });
    await browser.post('/auth/username', { username: 'evelyn' });
    await browser.post('/auth/reauthenticate', { password: PASSWORD });
    await browser.post('/auth/email/change', { email: 'eve@example.net', password: PASSWORD });
    await browser.get('/auth/me/credentials');
    await browser.delete('/auth/email/change');
    await browser.post('/auth/password/change', { oldPassword: PASSWORD, newPassword: BETTER, verifyPassword: BETTER, endOthers: false });
    const other = await signedIn('evelyn', BETTER);
    const { body } = await browser.get('/auth/sessions');
    await browser.delete(
      `/auth/sessions/${(body as { items: { id: string; current: boolean }[] }).items.find(({ current }) => !current)?.id ?? ''}`,
    );
    await browser.delete('/auth/sessions');
    const { body: made } = await browser.post('/auth/api-keys', {
      name: 'nightly',
      scopes: ['notes'],
      rate: { uses: 5, per: '1m' },
      maxUses: 9,
    });
    await host.users.linkSocial({ username: 'evelyn' }, { provider: 'google', subject: 'e' }, { allowUnproven: true });
    await browser.get('/auth/social');
    await browser.get('/auth/me/export');
    await browser.delete('/auth/social/google');
    await browser.get('/auth/api-keys');
    await browser.delete(`/auth/api-keys/${(made as { apiKey: { id: string } }).apiKey.id}`);
    await other.post('/auth/logout');
    await browser.post('/auth/password/reset/request', { login: 'evelyn' });
    await host.settled();
    const { token } = host.inbox.last('reset-password', 'eve@example.org');
    await browser.post('/auth/password/reset/confirm', { token, newPassword: LAST, verifyPassword: LAST });
    const again = await signedIn('evelyn', LAST);
    await again.post('/auth/me/delete', { password: LAST });
    await host.user('bob', { mustChangePassword: true });
    const bob = await signedIn('bob');
    await bob.post('/auth/password/set', { newPassword: BETTER });
    expect(check.faults).toEqual([]);
  });

  it('agree on every route of the administration', async () => {
    await host.user('root', { isAdmin: true });
    const admin = await signedIn('root');
    const made = {
      username: 'tom',
      email: 'tom@example.org',
      password: PASSWORD,
      seats: 3,
      rate: 1.5,
      newsletter: true,
      emailConfirmed: false,
    };
    const { body } = await admin.post('/admin/users', made);
    const { id } = (body as { user: { id: string } }).user;
    await admin.get('/admin/me');
    await admin.get('/admin/fields');
    await admin.get('/admin/users?search=o&status=active&isAdmin=false&limit=1&prefix=');
    await admin.post(`/admin/users/${id}/ban`, { reason: 'spam', until: '2099-01-01T00:00:00Z' });
    await admin.get(`/admin/users/${id}`);
    await admin.post(`/admin/users/${id}/unban`);
    await admin.get(`/admin/users/${id}`);
    await admin.patch(`/admin/users/${id}`, { displayName: 'Tom', rate: null, email: 'tom@example.com' });
    for (const act of ['deactivate', 'activate', 'confirm-email', 'send-reset', 'end-sessions'])
      await admin.post(`/admin/users/${id}/${act}`);
    await admin.put(`/admin/users/${id}/admin`, { admin: true });
    await admin.put(`/admin/users/${id}/admin`, { admin: false });
    await admin.put(`/admin/users/${id}/permissions`, { permissions: ['users.read'] });
    await admin.put(`/admin/users/${id}/roles`, { roles: ['editor'] });
    await admin.put(`/admin/users/${id}/password`, { newPassword: BETTER, mustChange: false });
    await signedIn('tom', BETTER);
    const { body: page } = await admin.get(`/admin/sessions?userId=${id}&state=live&limit=5`);
    await admin.delete(`/admin/sessions/${(page as { items: { id: string }[] }).items[0]?.id ?? ''}`);
    await admin.delete(`/admin/sessions?userId=${id}&state=all`);
    await admin.post(`/admin/users/${id}/impersonate`, { reason: 'ticket 4711' });
    await admin.get('/auth/me');
    await admin.get('/auth/sessions');
    await admin.post('/auth/impersonation/stop');
    await admin.delete(`/admin/users/${id}`);
    await admin.post('/admin/invitations', { email: 'guest@example.org', displayName: 'Guest' });
    await host.settled();
    const { token } = host.inbox.last('invitation', 'guest@example.org');
    await client().post('/auth/invitations/accept', { token, password: PASSWORD, username: 'gus' });
    await admin.put('/admin/blackout', { at: '2020-01-01T00:00:00Z' });
    await admin.get('/admin/blackout');
    await admin.delete('/admin/blackout');
    expect(check.faults).toEqual([]);
  });

  it('agree on the link for the first administrator', async () => {
    const fresh = await describedApp({ registration: { firstAdminLink: true } });
    const person = { username: 'ann', email: 'ann@example.org', password: PASSWORD };
    await new CheckedClient(fresh.url, check).post('/auth/first-admin', { token: await linkIn(fresh), ...person });
    await fresh.close();
    expect(check.faults).toEqual([]);
  });

  it('have met in every good answer that the document promises', () => {
    expect(check.goodAnswers().filter((answer) => !check.seen.has(answer))).toEqual([]);
  });
});

describe('the document and what is refused', () => {
  const NOBODY = '01890000-0000-7000-8000-000000000000';
  let host: HostApp;
  let check: DocumentCheck;
  const client = () => new CheckedClient(host.url, check);
  const signedIn = async (name: string, password = PASSWORD) => {
    const browser = client();
    await browser.post('/auth/login', { login: name, password });
    return browser;
  };
  const onEvery = async (act: (method: string, path: string) => Promise<unknown>) => {
    for (const route of check.routes()) {
      const [method = '', path = ''] = route.replace('{id}', NOBODY).split(' ');
      // This one ends the session that the others need.
      if (path !== '/auth/logout') await act(method, path);
    }
  };
  const bodyOf = (method: string, body: unknown) => (method === 'GET' || method === 'DELETE' ? {} : { body });

  beforeAll(async () => {
    host = await describedApp({ limits: { registrations: { limit: 20 }, confirmations: { limit: 20 }, mailRequests: { limit: 20 } } });
    check = new DocumentCheck(documentOf(host.app), false);
    await host.user('root', { isAdmin: true });
    await host.user('ann');
    await host.user('ida', { mustChangePassword: true });
  });
  afterAll(() => host.close());

  it('agree where nobody is signed in', async () => {
    const stranger = client();
    await onEvery((method, path) => stranger.send(method, path));
    expect(check.faults).toEqual([]);
  });

  it('agree where a page of another site asks', async () => {
    const browser = await signedIn('ann');
    const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
    await onEvery((method, path) => browser.send(method, path, { headers }));
    await browser.post('/auth/logout', undefined, { headers });
    expect(check.faults).toEqual([]);
  });

  it('agree where an API key may not', async () => {
    const { id } = await host.user('owner');
    const { key } = await host.sessions.createApiKey(id, { name: 'program' });
    await onEvery((method, path) => client().send(method, path, { ...bodyOf(method, {}), headers: { 'x-api-key': key } }));
    const owner = await signedIn('owner');
    await owner.post('/auth/api-keys', { name: 'x', scopes: ['admin'] });
    for (let times = 0; times < 21; times += 1) await owner.post('/auth/api-keys', { name: `key ${times}` });
    expect(check.faults).toEqual([]);
  });

  it('agree where the body is no JSON, or no object', async () => {
    const admin = await signedIn('root');
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    await onEvery((method, path) => admin.send(method, path, { ...bodyOf(method, 'a=b'), headers: form }));
    await onEvery((method, path) => admin.send(method, path, bodyOf(method, [])));
    await admin.post('/auth/logout', 'a=b', { headers: form });
    expect(check.faults).toEqual([]);
  });

  it('agree where somebody may not, or must do something else first', async () => {
    const [ann, ida] = [await signedIn('ann'), await signedIn('ida')];
    const whoever = {
      oldPassword: 'wrong password',
      newPassword: 'another long passphrase',
      password: 'wrong password',
      email: 'x@example.org',
    };
    await onEvery((method, path) => (path === '/auth/password/set' ? Promise.resolve() : ida.send(method, path, bodyOf(method, whoever))));
    await onEvery((method, path) => ann.send(method, path, bodyOf(method, whoever)));
    const half = (await host.sessions.open({ username: 'ann' }, { needs: ['second-factor'] })).token;
    for (const path of ['/auth/password/set', '/auth/email/confirm/request']) await client().post(path, {}, { token: half });
    expect(check.faults).toEqual([]);
  });

  it('agree where somebody acts in another name, or proved too long ago who he is', async () => {
    const agent = await signedIn('root');
    const { id } = await host.user('helper');
    await host.users.setPermissions(id, [...ADMIN_PERMISSIONS]);
    await agent.post(`/admin/users/${id}/impersonate`, { reason: 'ticket 4711' });
    const kept = ['/auth/impersonation/stop', '/admin/blackout'];
    await onEvery(async (method, path) => kept.includes(path) || agent.send(method, path, bodyOf(method, {})));
    expect(check.faults).toEqual([]);
    const idle = await signedIn('root');
    host.clock.advance('11m');
    await idle.post(`/admin/users/${id}/impersonate`, { reason: 'ticket 4711' });
    expect(check.faults).toEqual([]);
  });

  it('agree about what is taken, weak, wrong or the last of its kind', async () => {
    const [admin, ann] = [await signedIn('root'), await signedIn('ann')];
    const { body } = await admin.get('/auth/me');
    const { id } = (body as { user: { id: string } }).user;
    await admin.post('/admin/users', { username: 'ann', password: PASSWORD });
    await admin.post('/admin/users', { email: 'ann@example.org' });
    await admin.post('/admin/users', { username: 'weak', password: 'password' });
    await admin.patch(`/admin/users/${id}`, { email: 'ann@example.org' });
    await admin.put(`/admin/users/${id}/admin`, { admin: false });
    await admin.put(`/admin/users/${id}/password`, { newPassword: 'password' });
    await admin.put(`/admin/users/${NOBODY}/password`, { newPassword: BETTER });
    await admin.post(`/admin/users/${NOBODY}/impersonate`, { reason: 'ticket 4711' });
    await admin.put(`/admin/users/${NOBODY}/admin`, { admin: true });
    await admin.put(`/admin/users/${NOBODY}/permissions`, { permissions: [] });
    await admin.put(`/admin/users/${NOBODY}/roles`, { roles: [] });
    await admin.patch(`/admin/users/${NOBODY}`, {});
    const without = await host.users.create({ username: 'mailless' });
    await admin.post(`/admin/users/${without.id}/send-reset`);
    await client().post('/auth/register', { email: 'dup@example.org', password: PASSWORD });
    const [pending] = (await host.users.list({ status: 'pending' })).items.filter(({ email }) => email === 'dup@example.org');
    await host.user('dup');
    await admin.post(`/admin/users/${pending?.id ?? ''}/activate`);
    await admin.post(`/admin/users/${pending?.id ?? ''}/confirm-email`);
    await admin.post(`/admin/users/${id}/deactivate`);
    await admin.post(`/admin/users/${id}/ban`);
    await admin.post(`/admin/users/${id}/ban`, { until: 'tomorrow' });
    await admin.post(`/admin/users/${NOBODY}/ban`);
    await admin.put('/admin/blackout', { at: 'tomorrow' });
    await admin.delete(`/admin/users/${id}`);
    await admin.post('/auth/me/delete', { password: PASSWORD });
    await admin.get('/admin/users?limit=0');
    await admin.get('/admin/sessions?state=odd');
    await admin.delete('/admin/sessions');
    await ann.post('/auth/username', { username: 'ida' });
    await ann.post('/auth/password/change', { oldPassword: PASSWORD, newPassword: 'password' });
    await client().post('/auth/register', { username: 'ann', password: PASSWORD });
    await client().post('/auth/register', { username: 'weak', password: 'password' });
    await client().post('/auth/email/confirm', { token: 'x' });
    await client().post('/auth/password/reset/confirm', { token: 'x', newPassword: PASSWORD });
    await host.resets
      .issue({ username: 'ann' })
      .then(({ token }) => client().post('/auth/password/reset/confirm', { token, newPassword: 'password' }));
    await (await signedIn('ida')).post('/auth/password/set', { newPassword: 'password' });
    await admin.post('/admin/invitations', { email: 'ann@example.org' });
    for (let times = 0; times < 3; times += 1) await admin.post('/admin/invitations', { email: 'guest@example.org' });
    await host.settled();
    const invited = host.inbox.last('invitation', 'guest@example.org').token;
    await client().post('/auth/invitations/accept', { token: invited, password: 'password' });
    await client().post('/auth/invitations/accept', { token: invited, password: PASSWORD, username: 'ann' });
    await client().post('/auth/invitations/accept', { token: 'x', password: PASSWORD });
    expect(check.faults).toEqual([]);
  });

  it('agree about the link for the first administrator', async () => {
    const fresh = await describedApp({ registration: { firstAdminLink: true } });
    await fresh.user('bob');
    const [token, browser] = [await linkIn(fresh), new CheckedClient(fresh.url, check)];
    for (const person of [
      { username: 'ann', password: 'password' },
      { username: 'bob', password: PASSWORD },
      { email: 'bob@example.org', password: PASSWORD },
      { username: 'ann', password: PASSWORD },
      { username: 'eve', password: PASSWORD },
    ])
      await browser.post('/auth/first-admin', { token, ...person });
    await browser.post('/auth/first-admin', { token: 'x', username: 'eve', password: PASSWORD });
    await fresh.close();
    expect(check.faults).toEqual([]);
  });

  it('agree where the database is gone', async () => {
    const admin = await signedIn('root');
    await host.dataSource.destroy();
    await onEvery((method, path) => admin.send(method, path, bodyOf(method, { login: 'ann', password: PASSWORD })));
    await admin.post('/auth/register', { username: 'zed', password: PASSWORD });
    await admin.post('/auth/email/confirm', { token: 'x' });
    await admin.post('/auth/password/reset/confirm', { token: 'x', newPassword: BETTER });
    await admin.post('/auth/invitations/accept', { token: 'x', password: BETTER });
    await admin.post('/auth/first-admin', { token: 'x', username: 'zed', password: BETTER });
    await admin.post('/auth/logout');
    await host.dataSource.initialize();
    expect(check.faults).toEqual([]);
  });

  it('agree where a budget is spent', async () => {
    const ann = await signedIn('ann');
    for (let times = 0; times < 21; times += 1) {
      await client().post('/auth/password/reset/request', { login: 'nobody' });
      await client().post('/auth/email/confirm', { token: 'x' });
      await client().post('/auth/invitations/accept', { token: 'x', password: PASSWORD });
      await client().post('/auth/first-admin', { token: 'x', username: 'eve', password: PASSWORD });
      await client().post('/auth/register', { username: `eve${times}`, password: PASSWORD });
    }
    await onEvery((method, path) =>
      client().send(method, path, bodyOf(method, { token: 'x', newPassword: PASSWORD, email: 'x@example.org', login: 'x' })),
    );
    for (let times = 0; times < 61; times += 1) await client().post('/auth/login', { login: `nobody${times}`, password: PASSWORD });
    const proof = { password: PASSWORD, oldPassword: PASSWORD, newPassword: 'another long passphrase', email: 'x@example.org' };
    await onEvery((method, path) => ann.send(method, path, bodyOf(method, proof)));
    expect(check.faults).toEqual([]);
  }, 120_000);

  it('agree where the app is closed to strangers and sessions are few', async () => {
    const strict = await describedApp({ registration: { open: false }, sessions: { max: 1, whenFull: 'refuse' } });
    await strict.user();
    for (let times = 0; times < 2; times += 1)
      await new CheckedClient(strict.url, check).post('/auth/login', { login: 'ann', password: PASSWORD });
    await new CheckedClient(strict.url, check).post('/auth/register', { username: 'eve', password: PASSWORD });
    const { id } = await strict.users.create({ username: 'bare' });
    const { token } = await strict.sessions.open(id);
    await strict.users.linkSocial(id, { provider: 'google', subject: 'b' }, { allowUnproven: true });
    await new CheckedClient(strict.url, check).delete('/auth/social/google', { token });
    strict.clock.advance('11m');
    await new CheckedClient(strict.url, check).delete('/auth/social/google', { token });
    await new CheckedClient(strict.url, check).post('/auth/password/set', { newPassword: BETTER }, { token });
    await strict.close();
    expect(check.faults).toEqual([]);
  });

  it('have met in the errors that the document names', () => {
    expect(check.errors().filter((error) => !check.errorsSeen.has(error))).toEqual([]);
  });
});

describe('the check itself', () => {
  it('hears of what is not documented, and of what is documented and not there', async () => {
    const host = await describedApp();
    const whole = documentOf(host.app);
    const text = JSON.stringify(whole).replaceAll('"displayName"', '"nickname"').replaceAll('"401"', '"402"');
    const check = new DocumentCheck(JSON.parse(text) as typeof whole);
    await host.user();
    const browser = new CheckedClient(host.url, check);
    await browser.get('/auth/me');
    await browser.post('/auth/login', { login: 'ann', password: PASSWORD });
    expect(check.faults).toEqual([
      expect.stringContaining('authGetMe 401: not documented'),
      expect.stringContaining("must have required property 'nickname'"),
    ]);
    expect(check.faults[1]).toContain('must NOT have additional properties');
    await host.close();
  });
});
