import { afterEach, describe, expect, it, jest, beforeEach } from '@jest/globals';
import { Logger, Module, type Type } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import { WebSocketGateway } from '@nestjs/websockets';
import { InvalidationBus } from 'nestjs-users';
import { usersRedis } from 'nestjs-users/redis';
import { SessionGateway, UsersWebSocketsModule } from 'nestjs-users/websockets';
import { closeAll, plainWs } from '../integration/contexts/socket-clients.js';
import type { DatabaseOptions } from '../support/database.js';
import { HostApp, PASSWORD } from '../support/host-app.js';
import { NO_LIMITS } from '../support/limits.js';
import { ThrowawayRedis } from './throwaway-redis.js';

@WebSocketGateway()
@SessionGateway()
class Gateway {}

@Module({ imports: [UsersWebSocketsModule.forRoot({ recheck: false })], providers: [Gateway] })
class Sockets {}

let redis: ThrowawayRedis;
let one: HostApp;
let other: HostApp;
beforeEach(async () => {
  jest.spyOn(Logger.prototype, 'error').mockReturnValue(undefined);
  redis = await ThrowawayRedis.start();
  let shared: DatabaseOptions | undefined;
  // A lifetime that no test waits for: what is seen is seen by a message, or by asking.
  const start = (): Promise<HostApp> =>
    HostApp.start({
      engine: 'sqlite',
      listen: 'fastify',
      modules: [Sockets as Type],
      configure: (app) => void app.useWebSocketAdapter(new WsAdapter(app)),
      connection: (own) => (shared ??= own),
      limits: NO_LIMITS,
      sessions: { cache: { lifetime: '1m' } },
      extensions: [usersRedis({ url: redis.url, limits: false })],
    });
  [one, other] = [await start(), await start()];
  await one.user('ann');
  await until(() => isListening(one) && isListening(other));
});
afterEach(async () => {
  closeAll();
  await other.close();
  await one.close();
  await redis.remove();
  jest.restoreAllMocks();
});

const isListening = (host: HostApp): boolean => host.app.get(InvalidationBus, { strict: false }).isListening;
const statusAt = async (host: HostApp, token: string): Promise<string> => (await host.sessions.check(token)).status;

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** A session that both nodes remember. */
async function remembered(): Promise<{ token: string; id: string; userId: string }> {
  const { token, session } = await one.sessions.login({ login: 'ann', password: PASSWORD });
  for (const host of [one, other, one, other]) expect(await statusAt(host, token)).toBe('ok');
  return { token, id: session.id, userId: session.userId };
}

describe('two nodes that remember sessions, and one Redis', () => {
  it.each([
    ['an end', ({ id }) => one.sessions.end(id)],
    ['a ban', ({ userId }) => one.users.ban({ id: userId })],
    ['a blackout', () => one.sessions.endAllBefore(one.clock.now())],
  ] as [string, (session: { id: string; userId: string }) => Promise<unknown>][])(
    'refuse on the other what %s on one has ended, as soon as the message is there [B-72]',
    async (_, end) => {
      const session = await remembered();
      await end(session);
      await until(async () => (await statusAt(other, session.token)) !== 'ok');
    },
  );

  it('know on the other what changed on one, and remember that', async () => {
    const { token, userId } = await remembered();
    await one.users.update({ id: userId }, { displayName: 'Ann' });
    await until(async () => (await other.sessions.authenticate(token)).user.displayName === 'Ann');
  });

  it('close on the other the socket whose session ended on one, though nobody talks on it', async () => {
    const { token, id } = await remembered();
    const client = await plainWs(other.url, { headers: { authorization: `Bearer ${token}` } });
    expect(client.refused).toBeNull();
    await one.sessions.end(id);
    expect(await client.closed()).toBe(4401);
  });

  it('ask the database while Redis is dead, and begin anew when it is back: a socket whose session ended meanwhile is closed [B-72]', async () => {
    const [first, second] = [await remembered(), await remembered()];
    const client = await plainWs(other.url, { headers: { authorization: `Bearer ${second.token}` } });
    await redis.kill();
    await until(() => !isListening(one) && !isListening(other));
    await one.sessions.end(first.id);
    expect(await statusAt(other, first.token)).toBe('not_found');
    await one.sessions.end(second.id);
    await redis.restart();
    await until(() => isListening(one) && isListening(other));
    expect(await statusAt(other, second.token)).toBe('not_found');
    expect(await client.closed()).toBe(4401);
    const third = await remembered();
    await one.sessions.end(third.id);
    await until(async () => (await statusAt(other, third.token)) === 'not_found');
  });
});
