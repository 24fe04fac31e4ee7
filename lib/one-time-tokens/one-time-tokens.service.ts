import { Injectable } from '@nestjs/common';
import { Clock } from '../kernel/clock.port.js';
import { after } from '../kernel/duration.js';
import { newId } from '../kernel/id.js';
import { RandomSource } from '../kernel/random-source.port.js';
import { hashToken, idOfToken, mintToken, sameHash } from '../kernel/secret-token.js';
import type { Connection } from '../persistence/connection.js';
import type { OneTimeTokenRow, TokenPurpose } from './one-time-token.entity.js';
import { OneTimeTokenStore } from './one-time-token.store.js';
import { InvalidTokenError } from './one-time-tokens.errors.js';

export interface TokenRequest {
  readonly userId: string;
  readonly purpose: TokenPurpose;
  /** The address that the token will be mailed to, by its key. */
  readonly sentTo: string | null;
  readonly data?: Record<string, unknown> | null;
  /** In milliseconds. */
  readonly lifetime: number;
}

export interface IssuedToken {
  readonly token: string;
  readonly expiresAt: Date;
}

/** Mailed tokens: single use, one living token for each user and purpose, only a hash in the database. */
@Injectable()
export class OneTimeTokens {
  constructor(
    private readonly store: OneTimeTokenStore,
    private readonly clock: Clock,
    private readonly random: RandomSource,
  ) {}

  /** Issues a token and voids the user's earlier one of the same purpose. */
  async issue(on: Connection, { userId, purpose, sentTo, data = null, lifetime }: TokenRequest): Promise<IssuedToken> {
    const now = this.clock.now();
    const id = newId(now, this.random);
    const { token, secretHash } = mintToken(purpose, id, this.random);
    const expiresAt = after(now, lifetime);
    await this.store.replace(on, { id, userId, purpose, secretHash, sentTo, data, createdAt: now, expiresAt, consumedAt: null });
    return { token, expiresAt };
  }

  /**
   * Whose token this is, used or not; it is not consumed.
   *
   * @throws InvalidTokenError when it is not well-formed, unknown, replaced, expired, or of another purpose.
   */
  async require(on: Connection, token: unknown, purpose: TokenPurpose): Promise<OneTimeTokenRow> {
    const id = idOfToken(token);
    const row = id === null ? null : await this.store.findById(on, id);
    const isGood = row !== null && row.purpose === purpose && sameHash(row.secretHash, hashToken(purpose, token as string));
    if (!isGood || row.expiresAt <= this.clock.now()) throw new InvalidTokenError();
    return row;
  }

  /** What a token is for; `null` for what is not well-formed or unknown. It says nothing about whether the token is good. */
  async findPurpose(on: Connection, token: unknown): Promise<TokenPurpose | null> {
    const id = idOfToken(token);
    return id === null ? null : ((await this.store.findById(on, id))?.purpose ?? null);
  }

  /**
   * Uses the token up.
   *
   * @throws InvalidTokenError when somebody else was first.
   */
  async consume(on: Connection, row: OneTimeTokenRow): Promise<void> {
    if (!(await this.store.consume(on, row.id, this.clock.now()))) throw new InvalidTokenError();
  }

  findLiving(on: Connection, userId: string, purpose: TokenPurpose): Promise<OneTimeTokenRow | null> {
    return this.store.findLiving(on, { userId, purpose }, this.clock.now());
  }

  findNewestSentTo(on: Connection, sentTo: string, purpose: TokenPurpose): Promise<OneTimeTokenRow | null> {
    return this.store.findNewestSentTo(on, { sentTo, purpose }, this.clock.now());
  }

  /** Voids the user's tokens of these purposes. @returns how many there were. */
  voidAll(on: Connection, userId: string, purposes: readonly TokenPurpose[]): Promise<number> {
    return this.store.deleteOf(on, userId, purposes);
  }
}
