import { afterEach, describe, expect, it } from '@jest/globals';
import { DomainEvent } from 'nestjs-users';
import { dumpOf } from '../support/database-dump.js';
import { FRAMEWORKS, HostApp, PASSWORD } from '../support/host-app.js';
import type { HttpClient } from '../support/http-client.js';

const SHOWN = /^[A-Za-z0-9_-]{43}$/;
const DESKTOP = { 'user-agent': 'Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0' };

for (const framework of FRAMEWORKS) {
  describe(`Known devices on ${framework}`, () => {
    let host: HostApp;
    afterEach(() => host.close());
    const start = async (options: Parameters<typeof HostApp.start>[0] = {}) => {
      host = await HostApp.start({ listen: framework, routes: true, ...options });
      await host.user();
    };
    const login = (client: HttpClient, password = PASSWORD, more: object = {}) =>
      client.post('/auth/login', { login: 'ann', password, ...more }, { headers: DESKTOP });
    const devices = async (): Promise<number> =>
      Number(((await host.dataSource.query('SELECT COUNT(*) AS n FROM auth_devices')) as { n: number | string }[])[0]?.n);

    it('are given a cookie that outlives the session, opens nothing, and is stored as a hash alone', async () => {
      await start();
      const events: unknown[] = [];
      host.events.on(DomainEvent, (event) => events.push(event));
      const client = host.client();
      const { headers } = await login(client);
      const line = headers.getSetCookie().find((one) => one.startsWith('device=')) ?? '';
      expect(line.replace(/=[^;]+/, '')).toBe('device; Max-Age=34560000; Path=/; HttpOnly; SameSite=Lax');
      const shown = client.cookies.get('device') ?? '';
      expect(shown).toMatch(SHOWN);
      expect(JSON.stringify(await dumpOf(host.dataSource))).not.toContain(shown);
      await client.post('/auth/logout');
      expect(client.cookies.get('device')).toBe(shown);
      expect((await client.get('/auth/me')).status).toBe(401);
      await login(client);
      await login(client, 'wrong horse battery');
      expect([client.cookies.get('device'), await devices()]).toEqual([shown, 1]);
      expect(events.length).toBeGreaterThan(2);
      expect(JSON.stringify(events)).not.toContain(shown);
    });

    it('are nobody’s with a bearer token', async () => {
      await start();
      expect((await login(host.client(), PASSWORD, { transport: 'bearer' })).headers.getSetCookie()).toEqual([]);
      expect(await devices()).toBe(0);
    });

    it('let the owner in while strangers everywhere guess at his name [B-54]', async () => {
      await start({ limits: { failedChecksAnywhere: { limit: 6 }, consecutiveFailures: 100 } });
      const [known, other] = [host.client(), host.client()];
      await login(known);
      for (let times = 0; times < 12; times += 1) await login(host.client(), 'wrong horse battery');
      expect((await login(other)).status).toBe(429);
      expect((await login(known)).status).toBe(200);
      // It has a budget of its own, and no more than that.
      for (let times = 0; times < 5; times += 1) expect((await login(known, 'wrong horse battery')).status).toBe(401);
      expect((await login(known)).status).toBe(429);
      host.clock.advance('30s');
      expect((await login(known)).status).toBe(200);
    });

    it('are known for one user, not for another, and a browser may be for several', async () => {
      await start({ limits: { failedChecksAnywhere: { limit: 2 }, failedChecksFromAddress: { limit: 100 } } });
      await host.user('bob');
      const shared = host.client();
      await login(shared);
      const anns = shared.cookies.get('device') ?? '';
      for (let times = 0; times < 3; times += 1) await host.client().post('/auth/login', { login: 'bob', password: 'wrong horse battery' });
      expect((await shared.post('/auth/login', { login: 'bob', password: PASSWORD })).status).toBe(429);
      host.clock.advance('10m');
      expect((await shared.post('/auth/login', { login: 'bob', password: PASSWORD })).status).toBe(200);
      expect(shared.cookies.get('device')?.split('.')).toEqual([expect.stringMatching(SHOWN), anns]);
      await login(shared);
      expect(shared.cookies.get('device')?.split('.')[0]).toBe(anns);
      expect(await devices()).toBe(2);
    });

    it('are never made known by a token that somebody planted, nor broken by nonsense', async () => {
      await start();
      const planted = 'A'.repeat(43);
      for (const value of [planted, 'x', `${planted}.${planted}`, 'a'.repeat(4_000), '..', `${planted}.`, '%00', '"']) {
        const client = host.client();
        client.cookies.set('device', value);
        expect((await login(client)).status).toBe(200);
        expect(client.cookies.get('device')?.split('.')[0]).toMatch(SHOWN);
        expect(client.cookies.get('device')?.split('.')[0]).not.toBe(planted);
      }
      const twice = await host
        .client()
        .post('/auth/login', { login: 'ann', password: PASSWORD }, { headers: { cookie: 'device=a; device=b' } });
      expect(twice.status).toBe(200);
    });

    it('are asked for at the same cost, whoever is named', async () => {
      await start();
      const client = host.client();
      await login(client);
      const answers = [];
      for (const name of ['ann', 'nobody']) {
        const { status, body, headers } = await client.post('/auth/login', { login: name, password: 'wrong horse battery' });
        answers.push([status, body, [...headers.keys()].sort()]);
      }
      expect(answers[0]).toEqual(answers[1]);
    });

    it('that are new are told to the owner, but not the first one, nor the same again', async () => {
      await start();
      const [first, second] = [host.client(), host.client()];
      await login(first);
      await login(first);
      await host.settled();
      expect(host.inbox.kinds('ann@example.org')).toEqual([]);
      await login(second, 'wrong horse battery');
      await login(second);
      await login(second);
      await host.settled();
      expect(host.inbox.kinds('ann@example.org')).toEqual(['new-sign-in']);
      expect(host.inbox.last('new-sign-in', 'ann@example.org')).toMatchObject({
        at: host.clock.now(),
        from: { userAgent: DESKTOP['user-agent'] },
      });
      expect(JSON.stringify(host.inbox.notifications)).not.toContain(second.cookies.get('device'));
      // By bearer token, as a thief would: told as well, at most twice in half an hour.
      for (let times = 0; times < 5; times += 1) await login(host.client(), PASSWORD, { transport: 'bearer' });
      await host.settled();
      expect(host.inbox.kinds('ann@example.org')).toEqual(['new-sign-in', 'new-sign-in']);
    });

    it('are forgotten with the password, with the user, and after four hundred days', async () => {
      await start();
      const client = host.client();
      await login(client);
      expect(await devices()).toBe(1);
      await host.users.setPassword({ username: 'ann' }, 'another good password');
      expect(await devices()).toBe(0);
      await login(client, 'another good password');
      expect(await devices()).toBe(1);
      const { token } = await host.resets.issue({ username: 'ann' });
      await host.resets.reset(token, PASSWORD);
      expect(await devices()).toBe(0);
      await login(client);
      await host.users.delete({ username: 'ann' });
      expect(await devices()).toBe(0);
    });
  });
}
