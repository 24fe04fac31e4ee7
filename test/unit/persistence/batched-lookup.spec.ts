import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from '@jest/globals';
import { UnavailableError } from '../../../lib/kernel/errors.js';
import { BatchedLookup } from '../../../lib/persistence/batched-lookup.js';

/** Statements that are answered when the test says so. */
class Desk {
  readonly sent: { keys: readonly string[]; answer: (known?: (key: string) => boolean) => void; fail: (error: unknown) => void }[] = [];

  ask = (keys: readonly string[]): Promise<Map<string, string>> =>
    new Promise((resolve, fail) => {
      const answer = (known = (_: string): boolean => true): void =>
        resolve(new Map(keys.filter(known).map((key) => [key, `row of ${key}`])));
      this.sent.push({ keys, answer, fail });
    });

  get sizes(): number[] {
    return this.sent.map(({ keys }) => keys.length);
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
const names = (count: number, prefix = 'k'): string[] => Array.from({ length: count }, (_, index) => `${prefix}${index}`);

describe('look-ups that come together', () => {
  const start = (timeout = 10_000): { desk: Desk; lookup: BatchedLookup<string> } => {
    const desk = new Desk();
    return { desk, lookup: new BatchedLookup(desk.ask, timeout) };
  };

  it('go as one statement, and each gets its own row, or null', async () => {
    const { desk, lookup } = start();
    const found = Promise.all(names(5).map((key) => lookup.find(key)));
    await turn();
    expect(desk.sizes).toEqual([5]);
    desk.sent[0]?.answer((key) => key !== 'k3');
    expect(await found).toEqual(['row of k0', 'row of k1', 'row of k2', null, 'row of k4']);
  });

  it('ask once for a key that two ask for, and answer both', async () => {
    const { desk, lookup } = start();
    const found = Promise.all([lookup.find('a'), lookup.find('a')]);
    await turn();
    desk.sent[0]?.answer();
    expect(desk.sent[0]?.keys).toEqual(['a']);
    expect(await found).toEqual(['row of a', 'row of a']);
  });

  it('do not wait for company: a lone one goes in its turn of the loop', async () => {
    const { desk, lookup } = start();
    const found = lookup.find('a');
    await turn();
    desk.sent[0]?.answer();
    expect(await found).toBe('row of a');
  });

  it('gather while two statements are under way, and never join one that was sent before them', async () => {
    const { desk, lookup } = start();
    const all: Promise<unknown>[] = [];
    for (const prefix of ['a', 'b', 'c', 'd']) {
      all.push(...names(3, prefix).map((key) => lookup.find(key)));
      await turn();
    }
    expect(desk.sizes).toEqual([3, 3]);
    desk.sent[1]?.answer();
    await turn();
    expect(desk.sizes).toEqual([3, 3, 6]);
    desk.sent[0]?.answer();
    desk.sent[2]?.answer();
    expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd'].flatMap((prefix) => names(3, prefix).map((key) => `row of ${key}`)));
  });

  it('are at most 256 in a statement, in the order in which they came', async () => {
    const { desk, lookup } = start();
    const found = Promise.all(names(600).map((key) => lookup.find(key)));
    await turn();
    expect(desk.sizes).toEqual([256, 256]);
    expect(desk.sent.flatMap(({ keys }) => keys)).toEqual(names(512));
    desk.sent[0]?.answer();
    await turn();
    expect(desk.sizes).toEqual([256, 256, 88]);
    for (const { answer } of desk.sent) answer();
    expect(await found).toEqual(names(600).map((key) => `row of ${key}`));
  });

  it('fail with the statement they are in, and nobody else does', async () => {
    const { desk, lookup } = start();
    const first = Promise.allSettled(names(3, 'a').map((key) => lookup.find(key)));
    await turn();
    const second = Promise.allSettled(names(2, 'b').map((key) => lookup.find(key)));
    await turn();
    desk.sent[0]?.fail(Object.assign(new Error('cut'), { code: 'ECONNRESET' }));
    desk.sent[1]?.answer();
    const failures = (await first).map((result) => (result as PromiseRejectedResult).reason as unknown);
    expect(failures.every((reason) => reason instanceof UnavailableError)).toBe(true);
    expect((await second).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
  });

  it('are told in time that a statement hangs, also those who waited for it; the next go on without it', async () => {
    const { desk, lookup } = start(60);
    const hung = [lookup.find('a')];
    await turn();
    hung.push(lookup.find('b'));
    await turn();
    hung.push(lookup.find('c'));
    const results = await Promise.allSettled(hung);
    expect(results.map((result) => (result as PromiseRejectedResult).reason as unknown)).toEqual([
      expect.any(UnavailableError),
      expect.any(UnavailableError),
      expect.any(UnavailableError),
    ]);
    const sentBefore = desk.sent.length;
    const next = lookup.find('d');
    await turn();
    desk.sent[sentBefore]?.answer();
    expect(await next).toBe('row of d');
    // Too late: nobody is there any more.
    desk.sent[0]?.answer();
    await turn();
  });

  it('go on each in its own async context', async () => {
    const { desk, lookup } = start();
    const context = new AsyncLocalStorage<string>();
    const seen = names(3).map((key) => context.run(key, async () => [await lookup.find(key), context.getStore()]));
    await turn();
    desk.sent[0]?.answer();
    expect(await Promise.all(seen)).toEqual(names(3).map((key) => [`row of ${key}`, key]));
  });

  it('send in nobody else’s async context', async () => {
    const context = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const lookup = new BatchedLookup<string>((keys) => {
      seen.push(context.getStore());
      return Promise.resolve(new Map(keys.map((key) => [key, key])));
    }, 1_000);
    await context.run('somebody', () => lookup.find('a'));
    expect(seen).toEqual([undefined]);
  });
});
