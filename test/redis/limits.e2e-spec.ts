import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { AttemptsService, AttemptStore, InvalidOptionsError } from 'nestjs-users';
import { type UsersRedisOptions, usersRedis } from 'nestjs-users/redis';
import { RedisAttemptStore } from '../../lib/extensions/redis/redis-attempt.store.js';
import { HostApp, type HostOptions, PASSWORD } from '../support/host-app.js';
import type { HttpAnswer } from '../support/http-client.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { Visitor } from '../support/visitor.js';
import { OwnKeys } from './own-keys.js';
import { ThrowawayRedis } from './throwaway-redis.js';

const WRONG = { login: 'ann', password: 'not this one' };

let closers: (() => unknown)[] = [];
beforeEach(() => void jest.spyOn(Logger.prototype, 'error').mockReturnValue(undefined));
afterEach(async () => {
  jest.restoreAllMocks();
  for (const close of closers.reverse()) await close();
  closers = [];
});

async function ownKeys(): Promise<OwnKeys> {
  const keys = await OwnKeys.open();
  closers.push(() => keys.close());
  return keys;
}

async function node(redis: UsersRedisOptions, more: HostOptions = {}): Promise<HostApp> {
  const host = await HostApp.start({
    engine: 'sqlite',
    listen: 'fastify',
    routes: true,
    http: { checkTimeout: '1s' },
    extensions: [usersRedis(redis)],
    ...more,
  });
  closers.push(() => host.close());
  await host.user('ann');
  return host;
}

async function ownRedis(settings?: readonly string[]): Promise<ThrowawayRedis> {
  const redis = await ThrowawayRedis.start(settings);
  closers.push(() => redis.remove());
  return redis;
}

const login = (host: HostApp, body: object = { login: 'ann', password: PASSWORD }): Promise<HttpAnswer> =>
  host.client().post('/auth/login', body);

async function untilServed(host: HostApp): Promise<void> {
  while ((await login(host)).status === 503) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('limits in Redis', () => {
  it('hold for all nodes together and outlive each of them [5.5] [B-53]', async () => {
    const { url, prefix } = await ownKeys();
    const [one, other] = [await node({ url, prefix }), await node({ url, prefix })];
    for (let tried = 0; tried < 5; tried += 1) expect((await login([one, other][tried % 2] as HostApp, WRONG)).status).toBe(401);
    const refused = await login(other, WRONG);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '30']);
    const again = await node({ url, prefix });
    expect((await login(again, WRONG)).status).toBe(429);
    expect(await again.dataSource.query('SELECT * FROM auth_attempts')).toEqual([]);
  });

  it('are apart for each prefix, and for each user space', async () => {
    const keys = await ownKeys();
    const [one, other] = [await node({ url: keys.url, prefix: keys.prefix }), await node({ url: keys.url, prefix: `${keys.prefix}:b` })];
    const hit = (host: HostApp) => host.app.get(AttemptsService).hit('a', { limit: 1, window: '1h' });
    expect([await hit(one), await hit(one), await hit(other)]).toEqual([true, false, true]);
    const names = await keys.names();
    expect(names.filter((name) => name.startsWith(`${keys.prefix}:users:limit:`))).toHaveLength(1);
  });

  it('hold no address and no name', async () => {
    const keys = await ownKeys();
    const host = await node({ url: keys.url, prefix: keys.prefix });
    await login(host, WRONG);
    const names = await keys.names();
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(name).toMatch(/:users:limit:[0-9a-f]{64}$/);
  });

  it('stay where the host says: in a store of his own, or in the database', async () => {
    const { url, prefix } = await ownKeys();
    class NoStore extends AttemptStore {
      spend = () => Promise.resolve(null);
      refusedUntil = () => Promise.resolve(null);
      reset = () => Promise.resolve(false);
      purge = () => Promise.resolve(0);
    }
    const own = await node({ url, prefix }, { ports: { attemptStore: NoStore } });
    expect(own.app.get(AttemptStore)).toBeInstanceOf(NoStore);
    const database = await node({ url, prefix, limits: false });
    expect(database.app.get(AttemptStore)).not.toBeInstanceOf(RedisAttemptStore);
    await login(database, WRONG);
    expect(await database.dataSource.query('SELECT * FROM auth_attempts')).not.toEqual([]);
  });

  it('take their address from a factory too', async () => {
    const { url, prefix } = await ownKeys();
    const host = await node({ url: 'redis://unused' }, { extensions: [usersRedis({ useFactory: async () => ({ url, prefix }) })] });
    expect((await login(host)).status).toBe(200);
  });
});

describe('while Redis is down', () => {
  it('nobody signs in (503), who is signed in stays so, and all is well when it is back [B-134]', async () => {
    const redis = await ownRedis(['--appendonly', 'yes', '--appendfsync', 'always']);
    const host = await node({ url: redis.url });
    const ann = await Visitor.signedIn(host, 'ann');
    for (let tried = 0; tried < 5; tried += 1) await login(host, WRONG);
    await redis.kill();
    for (const body of [WRONG, { login: 'ann', password: PASSWORD }, { login: 'nobody', password: PASSWORD }]) {
      const answer = await login(host, body);
      expect([answer.status, answer.body.code]).toEqual([503, 'USERS_UNAVAILABLE']);
      expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    }
    expect(await ann.isSignedIn()).toBe(true);
    await redis.restart();
    await untilServed(host);
    expect((await login(host, WRONG)).status).toBe(429);
    expect(Logger.prototype.error).toHaveBeenCalledTimes(1);
  });

  it('a node starts, and admits as soon as Redis comes', async () => {
    const redis = await ThrowawayRedis.stopped();
    closers.push(() => redis.remove());
    const host = await node({ url: redis.url });
    expect((await login(host)).status).toBe(503);
    await redis.restart();
    await untilServed(host);
    expect((await login(host)).status).toBe(200);
  });

  it('or answers nothing, or refuses to write, the answer is 503 as well, and a shutdown waits for nothing', async () => {
    const redis = await ownRedis(['--maxmemory', '1']);
    const full = await node({ url: redis.url });
    expect((await login(full)).status).toBe(503);
    const { port } = new URL((await ownKeys()).url);
    const proxy = await TcpProxy.before({ host: '127.0.0.1', port: Number(port) });
    closers.push(() => proxy.close());
    const silent = await node({ url: `redis://127.0.0.1:${proxy.port}`, prefix: (await ownKeys()).prefix });
    proxy.hang();
    expect((await login(silent)).status).toBe(503);
  });
});

describe('what is told at the start', () => {
  it('a server that forgets keys when it is full: then an attacker chooses which [B-52]', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockReturnValue(undefined);
    const redis = await ownRedis(['--maxmemory', '64mb', '--maxmemory-policy', 'allkeys-lru']);
    await node({ url: redis.url });
    while (warn.mock.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(warn.mock.calls.join()).toMatch(/allkeys-lru.*noeviction/);
  });

  it.each([
    [{}, /url: give 'redis/],
    [{ url: 'http://u:secret@example.org' }, /url: give 'redis/],
    [{ url: 'redis://h', prefix: 'a b' }, /prefix: give/],
    [{ url: 'redis://h', limits: 'no' }, /limits: write true or false/],
    [{ url: 'redis://h', client: 'x' }, /client: give an object/],
    [{ url: 'redis://h', uri: 'x' }, /uri: there is no such option/],
  ])('%j is a fault', (options, sentence) => {
    expect(() => usersRedis(options as never)).toThrow(sentence);
    expect(() => usersRedis(options as never)).toThrow(InvalidOptionsError);
    expect(() => usersRedis(options as never)).not.toThrow(/secret/);
  });
});
