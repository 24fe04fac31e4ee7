import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RESERVED_NAMES } from '../../../lib/users/reserved-names.js';
import { HostApp, PASSWORD } from '../../support/host-app.js';
import { NO_LIMITS } from '../../support/limits.js';

let host: HostApp;
const start = async (registration = {}) => {
  host = await HostApp.start({ listen: 'express', routes: true, limits: NO_LIMITS, registration });
};
beforeEach(() => start());
afterEach(() => host.close());

const register = (username: string) => host.users.register({ username, password: PASSWORD });
const fault = (code: string) => ({ code: 'USERS_INVALID_INPUT', fields: { username: [code] } });

describe('reserved names', () => {
  it('are none that anybody takes by himself, in whatever spelling', async () => {
    for (const name of ['admin', 'ADMIN', ' Root ', 'Ｓupport', 'postmaster', 'no-reply', 'null'])
      await expect(register(name)).rejects.toMatchObject(fault('USERS_USERNAME_RESERVED'));
    await register('ann');
    const client = host.client();
    await client.post('/auth/login', { login: 'ann', password: PASSWORD });
    const { status, body } = await client.post('/auth/username', { username: 'Admin' });
    expect([status, body.fields]).toEqual([400, { username: ['USERS_USERNAME_RESERVED'] }]);
    expect((await client.post('/auth/username', { username: 'adminton' })).status).toBe(200);
  });

  it('are given by trusted code and administrators', async () => {
    await host.users.create({ username: 'root', password: PASSWORD, isAdmin: true });
    const client = host.client();
    await client.post('/auth/login', { login: 'root', password: PASSWORD });
    expect((await client.post('/admin/users', { username: 'support', password: PASSWORD })).status).toBe(201);
    const ann = await host.user('ann');
    expect(await host.users.changeUsername(ann.id, 'Security')).toMatchObject({ username: 'Security' });
  });

  it('are the host’s own list where he gives one', async () => {
    await host.close();
    await start({ username: { reserved: ['Boss'] } });
    await register('admin');
    await expect(register('boss')).rejects.toMatchObject(fault('USERS_USERNAME_RESERVED'));
  });

  it('are each in the form in which names are compared', () => {
    expect(RESERVED_NAMES.filter((name) => name !== name.toLowerCase() || name.trim() !== name)).toEqual([]);
    expect(new Set(RESERVED_NAMES).size).toBe(RESERVED_NAMES.length);
  });
});

describe('names in two scripts', () => {
  it('are none that anybody takes by himself [B-88]', async () => {
    await register('paypal');
    for (const name of ['p\u0430ypal', 'r\u043eot', '\u0430dmin', 'micr\u03bfsoft'])
      await expect(register(name)).rejects.toMatchObject(fault('USERS_USERNAME_MIXED_SCRIPTS'));
    for (const name of ['Иван', '田中さん', 'Łukasz', 'محمد', 'Taro田中']) await register(name);
    await host.users.create({ username: 'Иван ivanov' });
  });

  it('are refused with invisible characters all the same [B-88]', async () => {
    for (const name of ['ann\u200b', 'a\u00adnn', '\u202enna', 'a\u2060nn', '\u3164', 'a\u115fnn', 'a\ufe0fnn', 'a\u034fnn', 'a\u2800nn'])
      await expect(register(name)).rejects.toMatchObject({ code: 'USERS_INVALID_INPUT' });
  });
});
