import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { InvalidTokenError } from 'nestjs-users';
import { OneTimeTokenStore } from '../../../lib/one-time-tokens/one-time-token.store.js';
import { OneTimeTokens, type TokenRequest } from '../../../lib/one-time-tokens/one-time-tokens.service.js';
import { Database } from '../../../lib/persistence/database.js';
import { HostApp } from '../../support/host-app.js';
import { NO_LIMITS } from '../../support/limits.js';
import { race, winners } from '../../support/race.js';

const HOUR = 3_600_000;
const ROUNDS = 8;

let host: HostApp;
let tokens: OneTimeTokens;
let database: Database;
let request: TokenRequest;
beforeEach(async () => {
  host = await HostApp.start({ limits: NO_LIMITS });
  [tokens, database] = [host.app.get(OneTimeTokens), host.app.get(Database)];
  const { id } = await host.user('ann');
  request = { userId: id, purpose: 'reset-password', sentTo: 'ann@example.org', lifetime: HOUR };
});
afterEach(() => host.close());

const issue = async (more: Partial<TokenRequest> = {}): Promise<string> => (await tokens.issue(database, { ...request, ...more })).token;
const require = (token: unknown, purpose: TokenRequest['purpose'] = 'reset-password'): ReturnType<OneTimeTokens['require']> =>
  tokens.require(database, token, purpose);

describe('a mailed token', () => {
  it('is good until the millisecond of its end [B-13]', async () => {
    const token = await issue();
    host.clock.advance('59m');
    host.clock.advance('59.999s');
    expect((await require(token)).userId).toBe(request.userId);
    host.clock.advance('0.001s');
    await expect(require(token)).rejects.toThrow(InvalidTokenError);
    await expect(tokens.consume(database, { id: token.slice(0, 36) } as never)).rejects.toThrow(InvalidTokenError);
  });

  it('is good for one purpose only [W16]', async () => {
    const token = await issue();
    await expect(require(token, 'confirm-email')).rejects.toThrow(InvalidTokenError);
    await expect(host.users.confirmEmail(token)).rejects.toThrow(InvalidTokenError);
    await require(token);
  });

  it('is the only living one of its user and purpose, and leaves the others alone [B-02] [W4]', async () => {
    const { id } = await host.user('bob');
    const [first, ofBob, toConfirm] = [await issue(), await issue({ userId: id }), await issue({ purpose: 'confirm-email' })];
    const second = await issue();
    await expect(require(first)).rejects.toThrow(InvalidTokenError);
    for (const [token, purpose] of [[second], [ofBob], [toConfirm, 'confirm-email']] as const) await require(token, purpose);
  });

  it('remembers where it went and what it holds', async () => {
    const row = await require(await issue({ data: { email: 'Ann@example.org' } }));
    expect(row).toMatchObject({ sentTo: 'ann@example.org', data: { email: 'Ann@example.org' }, consumedAt: null });
    expect((await tokens.findLiving(database, request.userId, 'reset-password'))?.id).toBe(row.id);
    expect((await tokens.findNewestSentTo(database, 'ann@example.org', 'reset-password'))?.id).toBe(row.id);
    expect(await tokens.findNewestSentTo(database, 'bob@example.org', 'reset-password')).toBeNull();
  });

  it('is living no more once it is used, voided or over', async () => {
    const living = async (): Promise<boolean> => (await tokens.findLiving(database, request.userId, 'reset-password')) !== null;
    await tokens.consume(database, await require(await issue()));
    expect(await living()).toBe(false);
    await issue();
    expect(await living()).toBe(true);
    expect(await tokens.voidAll(database, request.userId, ['reset-password', 'invitation'])).toBe(1);
    expect(await living()).toBe(false);
    await issue();
    host.clock.advance('1h');
    expect(await living()).toBe(false);
  });

  it('is consumed by one of 16, and gone for good [B-20]', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const row = await require(await issue());
      expect(winners(await race(16, () => tokens.consume(database, row)))).toHaveLength(1);
    }
  });

  it('is purged some time after its end, in batches', async () => {
    const store = host.app.get(OneTimeTokenStore);
    for (const purpose of ['reset-password', 'confirm-email', 'invitation'] as const) await issue({ purpose });
    host.clock.advance('1h');
    await issue({ purpose: 'change-email' });
    host.clock.advance('1s');
    expect(await store.purge(database, host.clock.now(), 2)).toBe(2);
    expect(await store.purge(database, host.clock.now(), 2)).toBe(1);
    expect(await store.purge(database, host.clock.now(), 2)).toBe(0);
    expect(await tokens.findLiving(database, request.userId, 'change-email')).not.toBeNull();
  });
});

describe('16 who confirm one registration at once', () => {
  it('make one active user; who comes late hears the same [B-21]', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const email = `new${round}@example.org`;
      await host.users.register({ username: `new${round}`, email, password: 'correct horse battery' });
      await host.settled();
      const { token } = host.inbox.last('confirm-email', email);
      const results = await race(16, () => host.users.confirmEmail(token));
      expect(new Set(winners(results).map(({ status }) => status))).toEqual(new Set(['active']));
      expect(await host.users.count({ prefix: `new${round}` })).toBe(1);
      expect((await host.sessions.list()).items).toEqual([]);
    }
  }, 60_000);
});
