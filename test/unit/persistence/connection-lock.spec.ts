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
});
