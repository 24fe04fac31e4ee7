import { InvalidOptionsError } from '../../index.js';

export interface UsersRedisOptions {
  /** `redis://user:password@host:6379/0`, or `rediss://` for TLS. */
  readonly url: string;
  /** What node-redis's `createClient()` takes besides: `{ socket: { ca } }`, `{ credentialsProvider }`. @default {} */
  readonly client?: Readonly<Record<string, unknown>>;
  /** Stands before each key, in front of the user space's name; 1 to 64 letters, digits and `-_.:`. @default 'nestjs-users' */
  readonly prefix?: string;
  /** Whether the rate limits are counted in Redis; otherwise they stay in the database. @default true */
  readonly limits?: boolean;
  /** Whether nodes tell each other of changes: for `sessions.cache`, and for sockets. @default true */
  readonly changes?: boolean;
}

/** The resolved {@link UsersRedisOptions}. */
export abstract class RedisSettings {
  abstract readonly url: string;
  abstract readonly client: Readonly<Record<string, unknown>>;
  /** With the name of the space; without a colon at its end. */
  abstract readonly prefix: string;
}

const KNOWN = ['url', 'client', 'prefix', 'limits', 'changes'];

/** @throws InvalidOptionsError naming every fault; none of its sentences repeats the address, which may hold a password. */
export function resolveRedisOptions(options: UsersRedisOptions, space: string): RedisSettings {
  const { url = '', client = {}, prefix = 'nestjs-users', ...switches } = (options as Partial<UsersRedisOptions> | null) ?? {};
  const faults = [
    ...Object.keys(options ?? {})
      .filter((name) => !KNOWN.includes(name))
      .map((name) => `usersRedis: ${name}: there is no such option; there are ${KNOWN.join(', ')}.`),
    ...(isRedisUrl(url) ? [] : ["usersRedis: url: give 'redis://host:6379', or 'rediss://' for TLS."]),
    ...(typeof client === 'object' && client !== null ? [] : ["usersRedis: client: give an object with node-redis's options."]),
    ...(/^[\w.:-]{1,64}$/.test(String(prefix)) ? [] : ['usersRedis: prefix: give 1 to 64 letters, digits and -_.:']),
    ...(['limits', 'changes'] as const)
      .filter((name) => !['boolean', 'undefined'].includes(typeof switches[name]))
      .map((name) => `usersRedis: ${name}: write true or false.`),
  ];
  if (faults.length > 0) throw new InvalidOptionsError(faults);
  return { url, client, prefix: `${prefix}:${space}` };
}

function isRedisUrl(url: unknown): boolean {
  return typeof url === 'string' && URL.canParse(url) && /^rediss?:$/.test(new URL(url).protocol);
}
