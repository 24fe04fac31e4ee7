import { randomUUID } from 'node:crypto';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { type Change, InvalidationBus } from '../../index.js';
import type { RedisClient } from './redis-client.js';
import { RedisConnection } from './redis-connection.js';
import { RedisSettings } from './redis.options.js';

/** What a node tells the others: whose message it is, which of its messages, and what has changed: `s:<id>`, `u:<id>` or `*`. */
interface Message {
  readonly from: string;
  readonly number: number;
  readonly changes: readonly string[];
}

/** The connection that listens: on one that subscribes, a server of before Redis 6 answers nothing else. */
export abstract class RedisListener {
  abstract readonly client: RedisClient;
}

/** Beyond it, "anything at all" is shorter. */
const MOST_CHANGES = 500;
/** Nodes come and go; what is remembered of them does not grow without end. */
const MOST_NODES = 1_000;
const ALL: Change = { of: 'all' };

/**
 * Tells nodes of changes over Redis's PUBLISH, which delivers at most once. Each node numbers its messages, so that the others notice one
 * that was lost at the next; and whoever has been without a connection forgets everything before he answers from memory again.
 */
@Injectable()
export class RedisInvalidationBus extends InvalidationBus implements OnApplicationShutdown {
  private readonly logger = new Logger('UsersRedis');
  private readonly id = randomUUID();
  private readonly client: RedisClient;
  private readonly channel: string;
  private readonly listeners = new Set<(change: Change) => void>();
  /** The last number of each node. */
  private readonly heard = new Map<string, number>();
  private pending = new Set<string>();
  private sent = 0;
  /** A message was lost on its way out. */
  private isOwing = false;
  private isSubscribed = false;

  constructor(
    private readonly redis: RedisConnection,
    { client }: RedisListener,
    settings: RedisSettings,
  ) {
    super();
    this.client = client;
    this.channel = `${settings.prefix}:changes`;
    client.on('error', () => undefined);
    client.on('ready', () => void this.ready());
    client.connect().catch(() => undefined);
    redis.onReady(() => this.payUp());
  }

  override get isListening(): boolean {
    return this.isSubscribed && this.client.isReady;
  }

  /** Those of one turn of the loop go as one message. */
  override publish(change: Change): void {
    if (this.pending.size === 0) setImmediate(() => this.send());
    this.pending.add(change.of === 'all' ? '*' : `${change.of === 'session' ? 's' : 'u'}:${change.id}`);
  }

  override subscribe(heard: (change: Change) => void): () => void {
    this.listeners.add(heard);
    return () => void this.listeners.delete(heard);
  }

  onApplicationShutdown(): void {
    if (this.client.isOpen) this.client.destroy();
  }

  private send(): void {
    const changes = this.pending.size > MOST_CHANGES ? ['*'] : [...this.pending];
    this.pending = new Set();
    this.sent += 1;
    const message: Message = { from: this.id, number: this.sent, changes };
    // The connection logs it. The others notice at the next number, which goes out as soon as there is a connection.
    this.redis.ask('PUBLISH', this.channel, JSON.stringify(message)).catch(() => (this.isOwing = true));
  }

  /** Connected, for the first time or again: nobody knows what was said meanwhile. */
  private async ready(): Promise<void> {
    try {
      if (!this.isSubscribed) await this.client.subscribe(this.channel, (text) => this.hear(text));
      this.heard.clear();
      this.tell(ALL);
      this.isSubscribed = true;
    } catch (error) {
      this.logger.warn(`Changes on other nodes are not heard: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private payUp(): void {
    if (this.isOwing) this.send();
    this.isOwing = false;
  }

  private hear(text: string): void {
    const message = read(text);
    if (message?.from === this.id) return;
    if (message === null || !this.isNext(message)) this.tell(ALL);
    else for (const change of message.changes) this.tell(changeOf(change));
  }

  private isNext({ from, number }: Message): boolean {
    const last = this.heard.get(from) ?? 0;
    if (this.heard.size >= MOST_NODES) this.heard.clear();
    this.heard.set(from, number);
    return number === last + 1;
  }

  private tell(change: Change): void {
    for (const listener of this.listeners) listener(change);
  }
}

/** @returns `null` for what no node of ours has sent. */
function read(text: string): Message | null {
  try {
    const { from, number, changes } = (JSON.parse(text) ?? {}) as Partial<Message>;
    const isOne = typeof from === 'string' && Number.isInteger(number) && Array.isArray(changes);
    return isOne ? ({ from, number, changes } as Message) : null;
  } catch {
    return null;
  }
}

/** What a newer version of ours may say, and this one does not know, is anything at all. */
function changeOf(text: unknown): Change {
  const [, kind, id] = /^([su]):(.+)$/.exec(String(text)) ?? [];
  return id === undefined ? ALL : { of: kind === 's' ? 'session' : 'user', id };
}
