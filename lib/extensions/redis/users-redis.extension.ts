import type { InjectionToken, OptionalFactoryDependency, Provider } from '@nestjs/common';
import { Database, type ExtensionParts, type UsersExtension } from '../../extend.js';
import { RedisAttemptStore } from './redis-attempt.store.js';
import { redisClient } from './redis-client.js';
import { RedisConnection } from './redis-connection.js';
import { RedisInvalidationBus, RedisListener } from './redis-invalidation-bus.js';
import { RedisSettings, resolveRedisOptions, type UsersRedisOptions } from './redis.options.js';

type Switch = 'limits' | 'changes';

/** As {@link UsersRedisOptions}, from a factory: a configuration service, a vault. `limits` and `changes` shape the module, so they stand beside it. */
export interface UsersRedisAsyncOptions extends Pick<UsersRedisOptions, Switch> {
  readonly useFactory: (...dependencies: never[]) => Omit<UsersRedisOptions, Switch> | Promise<Omit<UsersRedisOptions, Switch>>;
  /** What `useFactory` takes; of a global module, or of one in the `imports` of `forRoot()`. @default [] */
  readonly inject?: (InjectionToken | OptionalFactoryDependency)[];
}

/**
 * Lets the nodes of an app share more than their database: `UsersModule.forRoot({ extensions: [usersRedis({ url })] })`. The rate limits are
 * counted in Redis, unless the app has an `attemptStore` of its own, and what changes is told to all nodes, unless it has an `invalidationBus`.
 *
 * @throws InvalidOptionsError; from a factory, at start-up.
 */
export function usersRedis(options: UsersRedisOptions | UsersRedisAsyncOptions): UsersExtension {
  if (!isAsync(options)) resolveRedisOptions(options, 'users');
  return { name: 'redis', partsFor: ({ name }) => partsFor(name, options) };
}

function partsFor(space: string, options: UsersRedisOptions | UsersRedisAsyncOptions): ExtensionParts {
  return {
    providers: [settingsOf(space, options), CONNECTION, ...(options.changes === false ? [] : [LISTENER])],
    ports: {
      ...(options.limits !== false && { attemptStore: RedisAttemptStore }),
      ...(options.changes !== false && { invalidationBus: RedisInvalidationBus }),
    },
  };
}

function settingsOf(space: string, options: UsersRedisOptions | UsersRedisAsyncOptions): Provider {
  if (!isAsync(options)) return { provide: RedisSettings, useValue: resolveRedisOptions(options, space) };
  const { useFactory, inject = [] } = options;
  const resolve = async (...dependencies: unknown[]): Promise<RedisSettings> =>
    resolveRedisOptions(await useFactory(...(dependencies as never[])), space);
  return { provide: RedisSettings, useFactory: resolve, inject };
}

const CONNECTION: Provider = {
  provide: RedisConnection,
  useFactory: async (settings: RedisSettings, { timeout }: Database) => {
    const connection = new RedisConnection(await redisClient(settings), timeout);
    await connection.open();
    return connection;
  },
  // Behind the database: where that cannot be opened nothing is left open here.
  inject: [RedisSettings, Database],
};

const LISTENER: Provider = {
  provide: RedisListener,
  useFactory: async (settings: RedisSettings): Promise<RedisListener> => ({ client: await redisClient(settings) }),
  inject: [RedisSettings, RedisConnection],
};

function isAsync(options: UsersRedisOptions | UsersRedisAsyncOptions): options is UsersRedisAsyncOptions {
  return 'useFactory' in ((options as object | null) ?? {});
}
