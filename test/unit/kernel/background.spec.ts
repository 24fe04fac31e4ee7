import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Background } from '../../../lib/kernel/background.js';

const nothing = (): void => undefined;

describe('the work behind the answers', () => {
  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  it('runs after the caller went on, and is done when it says so', async () => {
    const background = new Background();
    const seen: string[] = [];
    background.run('Working', async () => void seen.push('work'));
    seen.push('answer');
    await background.settled();
    expect(seen).toEqual(['answer', 'work']);
  });

  it('logs what fails, and goes on', async () => {
    const error = jest.spyOn(Logger.prototype, 'error').mockImplementation(nothing);
    const background = new Background();
    const seen: number[] = [];
    background.run('The first', () => Promise.reject(new Error('no mail server')));
    background.run('The second', async () => void seen.push(2));
    await background.settled();
    expect(seen).toEqual([2]);
    expect(error).toHaveBeenCalledWith('The first failed: no mail server');
  });

  it('runs four at once, no more', async () => {
    const background = new Background();
    let [running, most] = [0, 0];
    for (let index = 0; index < 40; index += 1) {
      background.run('Working', async () => {
        most = Math.max(most, (running += 1));
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
      });
    }
    await background.settled();
    expect([running, most]).toEqual([0, 4]);
  });

  it('drops the eldest beyond a thousand, and says so', async () => {
    const error = jest.spyOn(Logger.prototype, 'error').mockImplementation(nothing);
    const background = new Background();
    const seen: number[] = [];
    for (let index = 0; index < 1_002; index += 1) background.run('Working', async () => void seen.push(index));
    await background.settled();
    expect([seen.length, seen[0]]).toEqual([1_000, 2]);
    expect(error).toHaveBeenCalledTimes(2);
  });

  it('lets a shutdown go on when a task hangs', async () => {
    jest.useFakeTimers();
    const error = jest.spyOn(Logger.prototype, 'error').mockImplementation(nothing);
    const background = new Background();
    background.run('Hanging', () => new Promise(nothing));
    const closed = background.beforeApplicationShutdown();
    await jest.advanceTimersByTimeAsync(10_000);
    await closed;
    expect(error).toHaveBeenCalledWith('1 tasks were not done in time and are lost.');
  });
});
