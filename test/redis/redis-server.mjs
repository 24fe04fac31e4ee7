// The Redis that the suites share, and the program of one that a test may start, stop and throw away.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where the shared one is. Each test has keys of its own there. */
export const REDIS_URL = process.env.USERS_TEST_REDIS_URL ?? 'redis://127.0.0.1:6379';

/** @returns the path of `redis-server`, or null. USERS_TEST_REDIS_SERVER names another. */
export function findRedisServer() {
  const named = process.env.USERS_TEST_REDIS_SERVER;
  const places = named === undefined ? (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'redis-server')) : [named];
  return places.find((place) => existsSync(place)) ?? null;
}

/** @returns null when the shared one answers, otherwise why not. */
export async function probeRedis() {
  try {
    const { createClient } = await import('redis');
    const client = createClient({ url: REDIS_URL, socket: { connectTimeout: 3000, reconnectStrategy: false } });
    client.on('error', () => undefined);
    await client.connect();
    await client.sendCommand(['PING']);
    client.destroy();
    return null;
  } catch (error) {
    const cause = error.errors?.[0] ?? error;
    return cause.code === 'ECONNREFUSED' ? 'connection refused' : String(cause.message).split('\n')[0];
  }
}
