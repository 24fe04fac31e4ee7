import { describe, expect, it } from '@jest/globals';
import { ConnectionLock } from '../../../lib/persistence/connection-lock.js';
import { SqliteWaitError } from '../../../lib/persistence/sqlite-wait.error.js';

const tick = (ms = 0): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('The lock of the connection', () => {
  it('is had at once when nobody holds it, and again after it was let go', async () => {
    const lock = new ConnectionLock(10);
    for (let i = 0; i < 3; i += 1) {
      await lock.take();
      lock.letGo();
    }
  });

  it('goes to those who wait in their order, never to a newcomer', async () => {
    const lock = new ConnectionLock(1_000);
    const order: string[] = [];
    await lock.take();
    const waiting = ['a', 'b', 'c'].map((name) => lock.take().then(() => order.push(name)));
    lock.letGo();
    const newcomer = lock.take().then(() => order.push('newcomer'));
    for (const turn of [...waiting, newcomer]) {
      await turn;
      lock.letGo();
    }
    expect(order).toEqual(['a', 'b', 'c', 'newcomer']);
  });

  it('is not waited for longer than agreed, and who gave up gets no turn', async () => {
    const lock = new ConnectionLock(15);
    await lock.take();
    await expect(lock.take()).rejects.toBeInstanceOf(SqliteWaitError);
    lock.letGo();
    await tick();
    await lock.take();
  });

  it('says what the likely cause is, with the code of a busy database', async () => {
    const lock = new ConnectionLock(5);
    await lock.take();
    await expect(lock.take()).rejects.toMatchObject({
      code: 'SQLITE_BUSY',
      message: expect.stringMatching(/a query outside the transaction is awaited inside it .* use the EntityManager/s),
    });
  });

  it('leaves turns of the event loop to others, however many wait, and keeps their order', async () => {
    const lock = new ConnectionLock(10_000);
    const order: (number | 'loop')[] = [];
    const statement = async (index: number): Promise<void> => {
      await lock.take();
      const until = performance.now() + 1;
      while (performance.now() < until);
      order.push(index);
      lock.letGo();
    };
    const statements = Array.from({ length: 40 }, (_, index) => statement(index));
    setImmediate(() => order.push('loop'));
    await Promise.all(statements);
    expect(order.indexOf('loop')).toBeGreaterThan(0);
    expect(order.indexOf('loop')).toBeLessThan(40);
    expect(order.filter((one) => one !== 'loop')).toEqual(Array.from({ length: 40 }, (_, index) => index));
  });

  it('leaves them also where each comes when nobody holds it', async () => {
    const lock = new ConnectionLock(10_000);
    let turns = 0;
    const count = (): void => {
      turns += 1;
    };
    setImmediate(count);
    for (let index = 0; index < 40 && turns === 0; index += 1) {
      await lock.take();
      const until = performance.now() + 1;
      while (performance.now() < until);
      lock.letGo();
    }
    expect(turns).toBe(1);
  });
});
