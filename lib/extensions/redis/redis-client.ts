/** The part of node-redis's client that is used; its own types would make it a peer of every host. */
export interface RedisClient {
  readonly isOpen: boolean;
  /** Whether it is connected, and its subscriptions stand again. */
  readonly isReady: boolean;
  connect(): Promise<unknown>;
  sendCommand(words: readonly string[]): Promise<unknown>;
  /** Once; it subscribes again by itself whenever it connects again, before it is ready. */
  subscribe(channel: string, heard: (message: string) => void): Promise<unknown>;
  /** At once; what waits is refused. */
  destroy(): void;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  on(event: 'ready' | 'end', listener: () => void): unknown;
}

interface RedisPackage {
  createClient(options: object): RedisClient;
}

const SLOWEST_RECONNECT = 1_000;

/** Tries again for as long as the app runs: 50 ms after the first failure, and at most a second after the later ones. */
function reconnectStrategy(retries: number): number {
  return Math.min((retries + 1) * 50, SLOWEST_RECONNECT);
}

/**
 * A client that is not connected yet. Without a connection it refuses a command at once: one that waited would be counted after its
 * caller was told 503.
 *
 * @throws Error where node-redis is not installed.
 */
export async function redisClient({ url, client }: { url: string; client: Readonly<Record<string, unknown>> }): Promise<RedisClient> {
  const redis = await loadRedis();
  const socket = { reconnectStrategy, ...(client['socket'] as object | undefined) };
  return redis.createClient({ ...client, url, socket, disableOfflineQueue: true });
}

async function loadRedis(): Promise<RedisPackage> {
  try {
    const module = (await import('redis')) as unknown as RedisPackage & { default?: RedisPackage };
    return module.default ?? module;
  } catch (cause) {
    throw new Error('node-redis is not installed: run "npm install redis".', { cause });
  }
}
