import { randomBytes } from 'node:crypto';
import { createClient } from 'redis';
import { REDIS_URL } from './redis-server.mjs';

const open = async () => {
  const client = createClient({ url: REDIS_URL });
  client.on('error', () => undefined);
  await client.connect();
  return client;
};

/** A corner of the shared Redis that nobody else knows. */
export class OwnKeys {
  readonly prefix = `users-test-${randomBytes(6).toString('hex')}`;
  readonly url = REDIS_URL;

  private constructor(private readonly client: Awaited<ReturnType<typeof open>>) {}

  static async open(): Promise<OwnKeys> {
    return new OwnKeys(await open());
  }

  ask(...words: string[]): Promise<unknown> {
    return this.client.sendCommand(words);
  }

  async names(): Promise<string[]> {
    const names: string[] = [];
    for await (const some of this.client.scanIterator({ MATCH: `${this.prefix}:*`, COUNT: 1_000 })) names.push(...some);
    return names;
  }

  async close(): Promise<void> {
    const names = await this.names();
    if (names.length > 0) await this.client.del(names);
    this.client.destroy();
  }
}
