import { Injectable } from '@nestjs/common';
import { Clock } from '../kernel/clock.port.js';
import { after } from '../kernel/duration.js';
import { randomBytesFrom } from '../kernel/random-bytes.js';
import { RandomSource } from '../kernel/random-source.port.js';
import { hashToken } from '../kernel/secret-token.js';
import type { Connection } from '../persistence/connection.js';
import { Database } from '../persistence/database.js';
import type { Work } from '../persistence/unit-of-work.js';
import { KnownDeviceStore } from './known-device.store.js';

/** What a device keeps: one token for each user who signed in with it, the last one first. */
export interface Welcome {
  readonly shown: string;
  /** Whether this user had not signed in with it before. */
  readonly isNew: boolean;
}

const SECRET_BYTES = 32;
/** People who share one browser. */
const MOST_USERS = 5;
/** Devices of one user; the one that was seen longest ago goes. */
const MOST_DEVICES = 50;
const DAY = 86_400_000;
/** As long as browsers keep a cookie (RFC 6265bis, section 5.6). */
const MEMORY = 400 * DAY;
const SHOWN = new RegExp(`^[A-Za-z0-9_-]{43}(?:\\.[A-Za-z0-9_-]{43}){0,${MOST_USERS - 1}}$`);
/** The id of no user: for an unknown name the same statement runs as for a known one. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/**
 * Tells a browser that somebody has signed in with from one that nobody has. It lets nobody in: it only keeps strangers' failures from
 * shutting out the owner, and tells him of a sign-in from elsewhere. A token that a device shows and that is not known is never adopted.
 */
@Injectable()
export class KnownDevices {
  constructor(
    private readonly store: KnownDeviceStore,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly random: RandomSource,
  ) {}

  /** Whether a device shows anything that is worth a look-up. */
  isReadable(shown: string | null | undefined): shown is string {
    return typeof shown === 'string' && SHOWN.test(shown);
  }

  /** @returns what tells this device of this user from every other, or `null` where it is not known. */
  async find(userId: string | null, shown: string): Promise<string | null> {
    return (await this.known(this.database, userId ?? NOBODY, tokensIn(shown)))?.key ?? null;
  }

  /** Remembers the device of somebody who has just signed in. Must run behind the lock of his row. */
  async welcome(work: Work, userId: string, shown: string | null): Promise<Welcome> {
    const tokens = this.isReadable(shown) ? tokensIn(shown) : [];
    const known = tokens.length === 0 ? null : await this.known(work, userId, tokens);
    const token = known?.token ?? randomBytesFrom(this.random, SECRET_BYTES).toString('base64url');
    if (known === null) await this.remember(work, userId, token);
    else if (known.lastSeenAt <= after(work.now, -DAY)) await this.store.touch(work, known.key, work.now);
    const others = tokens.filter((other) => other !== token);
    return { shown: [token, ...others].slice(0, MOST_USERS).join('.'), isNew: known === null };
  }

  /** With a password that somebody else may have known, his devices must not stay known. */
  async forgetAll(work: Work, userId: string): Promise<void> {
    await this.store.deleteOf(work, userId);
  }

  /** Deletes at most `limit` devices that no browser shows any more. */
  purge(limit: number): Promise<number> {
    return this.store.purge(this.database, after(this.clock.now(), -MEMORY), limit);
  }

  private async known(
    on: Connection,
    userId: string,
    tokens: readonly string[],
  ): Promise<{ token: string; key: string; lastSeenAt: Date } | null> {
    const byKey = new Map(tokens.map((token) => [keyOf(userId, token), token]));
    const row = await this.store.find(on, [...byKey.keys()]);
    return row === null ? null : { token: byKey.get(row.key) ?? '', key: row.key, lastSeenAt: row.lastSeenAt };
  }

  private async remember(work: Work, userId: string, token: string): Promise<void> {
    await this.store.insert(work, { key: keyOf(userId, token), userId, createdAt: work.now, lastSeenAt: work.now });
    await this.store.prune(work, userId, MOST_DEVICES);
  }
}

function tokensIn(shown: string): string[] {
  return [...new Set(shown.split('.'))];
}

/** Bound to the user: a device that is known for one is a stranger to the next. */
function keyOf(userId: string, token: string): string {
  return hashToken('device', `${userId}:${token}`);
}
