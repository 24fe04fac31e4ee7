import { afterEach, describe, expect, it } from '@jest/globals';
import type { LoginExtrasOf } from 'nestjs-users';
import { HostApp, PASSWORD } from '../../support/host-app.js';

let host: HostApp;
const start = async (loginExtras?: LoginExtrasOf): Promise<void> => {
  host = await HostApp.start({
    listen: 'fastify',
    routes: true,
    registration: { signIn: true },
    ...(loginExtras && { sessions: { loginExtras } }),
  });
  await host.user('ann');
};
afterEach(() => host.close());

describe('sessions.loginExtras', () => {
  it('[4.13] puts fields of the host into the answer of whatever signs in', async () => {
    await start(async ({ user, session, roles, permissions }) => ({
      menu: [user.username, session.kind, roles.length, permissions.length],
    }));
    const menu = ['ann', 'session', 0, 0];
    expect((await host.sessions.login({ login: 'ann', password: PASSWORD })).extras).toEqual({ menu });
    expect((await host.sessions.open({ username: 'ann' })).extras).toEqual({ menu });
    const client = host.client();
    expect((await client.post('/auth/login', { login: 'ann', password: PASSWORD })).body).toMatchObject({ extras: { menu } });
    expect((await client.post('/auth/reauthenticate', { password: PASSWORD })).body).toMatchObject({ extras: { menu } });
    expect((await client.post('/auth/register', { username: 'bob', password: PASSWORD })).body).toMatchObject({
      extras: { menu: ['bob', 'session', 0, 0] },
    });
    const social = await host.users.signInBySocial({ provider: 'google', subject: '1', email: 'eve@example.org', emailVerified: true });
    expect(social.extras).toEqual({ menu: [null, 'session', 0, 0] });
  });

  it('[4.13] left out leaves the answer as it was', async () => {
    await start();
    expect((await host.sessions.login({ login: 'ann', password: PASSWORD })).extras).toEqual({});
    const { body } = await host.client().post('/auth/login', { login: 'ann', password: PASSWORD });
    expect(Object.keys(body as object)).toEqual(['user', 'session']);
  });

  it.each<[string, LoginExtrasOf]>([
    ['throws', () => Promise.reject(new Error('the settings are down'))],
    ['gives no object', () => 'x' as never],
  ])('[4.13] leaves no session behind when it %s', async (_what, loginExtras) => {
    await start(loginExtras);
    await expect(host.sessions.login({ login: 'ann', password: PASSWORD })).rejects.toThrow();
    expect((await host.sessions.list({})).items).toEqual([]);
    expect((await host.client().post('/auth/login', { login: 'ann', password: PASSWORD })).status).toBe(500);
  });
});
