import { describe, expect, it } from '@jest/globals';
import { stat } from 'node:fs/promises';
import { UnavailableError } from '../../../lib/kernel/errors.js';
import { Issues } from '../../../lib/kernel/issues.js';
import { SystemRandomSource } from '../../../lib/kernel/system-random-source.js';
import { defaultPasswordHasher } from '../../../lib/passwords/default-password-hasher.js';
import { HashLane } from '../../../lib/passwords/hash-lane.js';
import { defaultConcurrency, resolvePasswordsOptions } from '../../../lib/passwords/passwords.options.js';

function laneOf(concurrency: number, queue: number): HashLane {
  return new HashLane(resolvePasswordsOptions({ concurrency, queue }, new Issues()));
}

const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

describe('the hash lane', () => {
  it('runs so many at once and not one more', async () => {
    const lane = laneOf(3, 100);
    let [running, most] = [0, 0];
    const task = async (): Promise<void> => {
      running += 1;
      most = Math.max(most, running);
      await tick();
      running -= 1;
    };
    await Promise.all(Array.from({ length: 50 }, () => lane.run(task)));
    expect(most).toBe(3);
  });

  it('keeps the order of arrival, against newcomers too', async () => {
    const lane = laneOf(1, 100);
    const order: number[] = [];
    const tasks: Promise<void>[] = [];
    const enter = (number: number): void => {
      tasks.push(
        lane.run(async () => {
          order.push(number);
          // One comes in the very moment in which a place is handed on.
          if (number < 10) queueMicrotask(() => enter(number + 20));
          await tick();
        }),
      );
    };
    for (let number = 0; number < 20; number += 1) enter(number);
    while (order.length < 30) await tick();
    await Promise.all(tasks);
    expect(order).toEqual(Array.from({ length: 30 }, (_, index) => index));
  });

  it('starts a hash that waits in the very turn in which its predecessor ends', async () => {
    const lane = laneOf(1, 100);
    const seen: string[] = [];
    const hash = async (): Promise<void> => {
      seen.push('starts');
      await tick();
      seen.push('ends');
      setImmediate(() => seen.push('next turn'));
    };
    await Promise.all(Array.from({ length: 3 }, () => lane.run(hash)));
    expect(seen.slice(0, 5)).toEqual(['starts', 'ends', 'starts', 'next turn', 'ends']);
  });

  it('refuses the first beyond the queue at once, with 503 and a Retry-After [B-58]', async () => {
    const lane = laneOf(2, 3);
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    const inside = Array.from({ length: 5 }, () => lane.run(() => gate));
    // Nobody has left yet: it is not left to wait for a place.
    const refused = await lane.run(() => gate).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(UnavailableError);
    expect((refused as UnavailableError).getStatus()).toBe(503);
    expect((refused as UnavailableError).retryAfterSeconds).toBeGreaterThanOrEqual(1);
    expect(Number.isInteger((refused as UnavailableError).retryAfterSeconds)).toBe(true);
    release();
    expect(await Promise.all(inside)).toHaveLength(5);
    expect(await lane.run(async () => 'free again')).toBe('free again');
  });

  it('gives its place back when a task fails', async () => {
    const lane = laneOf(1, 0);
    for (let round = 0; round < 5; round += 1) await expect(lane.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    const synchronous = (): Promise<never> => {
      throw new Error('at once');
    };
    await expect(lane.run(synchronous)).rejects.toThrow('at once');
    expect(await lane.run(async () => 1)).toBe(1);
  });

  it('says how long the queue takes by what hashes have taken', async () => {
    const lane = laneOf(1, 1_000);
    const slow = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 200));
    for (let round = 0; round < 8; round += 1) await lane.run(slow);
    const all = Array.from({ length: 1_001 }, () => lane.run(async () => {}));
    const refused = (await lane.run(slow).catch((error: unknown) => error)) as UnavailableError;
    expect(refused.retryAfterSeconds).toBe(60);
    await Promise.all(all);
  });
});

describe('40 real hashes at once', () => {
  /** How many of them were done when a file was read that was asked for after them. */
  async function doneBeforeARead(run: (task: () => Promise<unknown>) => Promise<unknown>): Promise<number> {
    const hasher = await defaultPasswordHasher(resolvePasswordsOptions({}, new Issues()), new SystemRandomSource());
    let done = 0;
    const hashes = Array.from({ length: 40 }, (_, number) => run(() => hasher.hash(`password ${number}`)).then(() => (done += 1)));
    await stat('.');
    const atTheRead = done;
    await Promise.all(hashes);
    return atTheRead;
  }

  it('leave a thread for whoever reads a file [V15.1.3]', async () => {
    const lane = new HashLane(resolvePasswordsOptions({}, new Issues()));
    expect(await doneBeforeARead((task) => lane.run(task))).toBeLessThan(20);
  }, 60_000);

  it('let him wait behind nearly all of them where there is no lane (the control)', async () => {
    expect(await doneBeforeARead((task) => task())).toBeGreaterThan(30);
  }, 60_000);
});

describe('how many hashes at once', () => {
  it.each([
    [undefined, 8, 3],
    [undefined, 4, 3],
    [undefined, 2, 1],
    ['16', 8, 7],
    ['16', 32, 15],
    ['1', 8, 1],
    ['2', 1, 1],
    ['nonsense', 8, 3],
    ['0', 8, 3],
  ])('UV_THREADPOOL_SIZE=%s and %i cores make %i', (size, cores, expected) => expect(defaultConcurrency(size, cores)).toBe(expected));
});
