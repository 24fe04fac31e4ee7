/** What nodes share through Redis: the counters of the rate limits. */
export { usersRedis, type UsersRedisAsyncOptions } from './users-redis.extension.js';
export type { UsersRedisOptions } from './redis.options.js';
