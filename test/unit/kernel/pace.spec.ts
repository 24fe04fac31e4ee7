import { describe, expect, it } from '@jest/globals';
import { atHalfPace, nextLimit } from '../../../lib/kernel/pace.js';

describe('how many rows a batch may take', () => {
  it.each([
    ['grows to twice as many after a quick one', 200, 0.01, 400],
    ['shrinks to what fitted after a slow one', 800, 8, 200],
    ['never falls below what makes the way worth it', 200, 1_000, 50],
    ['never rises above what one statement should lock', 1_000, 1, 1_000],
    ['is bounded also where the clock saw no time pass', 100, 0, 200],
  ])('%s', (_, limit, took, next) => expect(nextLimit(limit, took)).toBe(next));

  it('is told to each batch until one was the last', async () => {
    const limits: number[] = [];
    await atHalfPace(async (limit) => (limits.push(limit) === 4 ? 'done' : 'more'));
    expect(limits).toHaveLength(4);
    expect(limits[0]).toBe(50);
    for (const limit of limits) expect(limit >= 50 && limit <= 1_000).toBe(true);
  });

  it('lets what a batch leaves be done before the next, also behind the last', async () => {
    const done: string[] = [];
    await atHalfPace(
      async () => (done.push('batch') === 3 ? 'done' : 'more'),
      async () => void done.push('rest'),
    );
    expect(done).toEqual(['batch', 'rest', 'batch', 'rest']);
  });
});
