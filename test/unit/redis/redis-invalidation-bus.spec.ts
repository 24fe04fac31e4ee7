import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { RedisInvalidationBus } from '../../../lib/extensions/redis/redis-invalidation-bus.js';
import type { RedisClient } from '../../../lib/extensions/redis/redis-client.js';
import type { RedisConnection } from '../../../lib/extensions/redis/redis-connection.js';
import type { Change } from '../../../lib/persistence/invalidation-bus.port.js';

const CHANNEL = 'app:users:changes';
const ALL = { of: 'all' };
const ANN = { of: 'user', id: 'ann' } as const;

/** Both connections of a node, in the test's hand. */
class Wire {
  readonly sent: { from: string; number: number; changes: string[] }[] = [];
  isBroken = false;
  isReady = false;
  readonly isOpen = true;
  private hear: (text: string) => void = () => undefined;
  private listenerReady: () => void = () => undefined;
  private senderReady: () => void = () => undefined;

  /** The connection that asks. */
  readonly connection = {
    ask: (_word: string, channel: string, text: string) => {
      expect(channel).toBe(CHANNEL);
      if (this.isBroken) return Promise.reject(new Error('no connection'));
      this.sent.push(JSON.parse(text) as Wire['sent'][number]);
      return Promise.resolve(1);
    },
    onReady: (task: () => void) => (this.senderReady = task),
  } as unknown as RedisConnection;

  connect = () => new Promise(() => undefined);
  sendCommand = () => Promise.resolve(null);
  destroy = jest.fn();
  on(event: string, listener: () => void): void {
    if (event === 'ready') this.listenerReady = listener;
  }
  subscribe(channel: string, hear: (text: string) => void): Promise<void> {
    expect(channel).toBe(CHANNEL);
    this.hear = hear;
    return Promise.resolve();
  }

  async connected(): Promise<void> {
    this.isReady = true;
    this.listenerReady();
    this.isBroken = false;
    this.senderReady();
    await turn();
  }
  say(from: string, number: number, ...changes: string[]): void {
    this.hear(JSON.stringify({ from, number, changes }));
  }
  sayAnything(text: string): void {
    this.hear(text);
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

let wire: Wire;
let bus: RedisInvalidationBus;
let heard: Change[];
beforeEach(() => {
  wire = new Wire();
  bus = new RedisInvalidationBus(wire.connection, { client: wire as unknown as RedisClient }, { url: '', client: {}, prefix: 'app:users' });
  heard = [];
  bus.subscribe((change) => heard.push(change));
});

describe('changes over Redis', () => {
  it('that come in one turn of the loop go as one message, each once', async () => {
    for (const change of [ANN, { of: 'session', id: 's1' }, ANN] as const) bus.publish(change);
    await turn();
    bus.publish({ of: 'all' });
    await turn();
    expect(wire.sent.map(({ number, changes }) => [number, changes])).toEqual([
      [1, ['u:ann', 's:s1']],
      [2, ['*']],
    ]);
  });

  it('of which there are very many go as "anything at all"', async () => {
    for (let index = 0; index < 2_000; index += 1) bus.publish({ of: 'user', id: String(index) });
    await turn();
    expect(wire.sent.map(({ changes }) => changes)).toEqual([['*']]);
  });

  it('are heard in the order in which another node numbers them', async () => {
    await wire.connected();
    wire.say('other', 1, 'u:ann', 's:s1');
    wire.say('other', 2, '*');
    expect(heard).toEqual([ALL, ANN, { of: 'session', id: 's1' }, ALL]);
  });

  it('of which one was lost, or came twice, are anything at all', async () => {
    await wire.connected();
    wire.say('other', 1, 'u:ann');
    wire.say('other', 3, 'u:bob');
    wire.say('other', 3, 'u:bob');
    wire.say('third', 2, 'u:carl');
    expect(heard).toEqual([ALL, ANN, ALL, ALL, ALL]);
  });

  it('that nobody of ours has sent are anything at all', async () => {
    await wire.connected();
    for (const text of ['', 'null', '[]', '{"from":"x"}', '{"from":"x","number":"1","changes":[]}']) wire.sayAnything(text);
    wire.say('other', 1, 'of a newer version');
    expect(heard).toEqual(Array.from({ length: 7 }, () => ALL));
  });

  it('of its own a node does not hear again', async () => {
    await wire.connected();
    bus.publish(ANN);
    await turn();
    wire.sayAnything(JSON.stringify(wire.sent[0]));
    expect(heard).toEqual([ALL]);
  });

  it('are not counted on before there is a connection, nor without one; behind it everything may have changed', async () => {
    expect(bus.isListening).toBe(false);
    await wire.connected();
    expect([bus.isListening, heard]).toEqual([true, [ALL]]);
    wire.isReady = false;
    expect(bus.isListening).toBe(false);
    await wire.connected();
    expect([bus.isListening, heard]).toEqual([true, [ALL, ALL]]);
  });

  it('that could not be sent are made up for by a number, as soon as there is a connection', async () => {
    await wire.connected();
    bus.publish(ANN);
    await turn();
    wire.isBroken = true;
    bus.publish({ of: 'session', id: 's1' });
    await turn();
    await wire.connected();
    await wire.connected();
    expect(wire.sent.map(({ number, changes }) => [number, changes])).toEqual([
      [1, ['u:ann']],
      [3, []],
    ]);
  });
});
