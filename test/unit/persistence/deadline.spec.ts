import { describe, expect, it } from '@jest/globals';
import { UnavailableError } from '../../../lib/kernel/errors.js';
import { withDeadline } from '../../../lib/persistence/deadline.js';

const after = <T>(ms: number, value: T): Promise<T> => new Promise((resolve) => setTimeout(() => resolve(value), ms));

describe('A deadline', () => {
  it('gives the answer that comes in time', async () => {
    expect(await withDeadline(after(1, 'yes'), 1_000)).toBe('yes');
  });

  it('gives the error that comes in time', async () => {
    const error = new Error('no');
    await expect(withDeadline(Promise.reject(error), 1_000)).rejects.toBe(error);
  });

  it('is a 503 for an answer that never comes, and says for the log how long it waited', async () => {
    const late = withDeadline(new Promise<never>(() => undefined), 20);
    await expect(late).rejects.toBeInstanceOf(UnavailableError);
    await expect(late).rejects.toMatchObject({ cause: new Error('The database did not answer within 20 ms.') });
  });

  it('drops an error that comes after it', async () => {
    const late = after(30, null).then(() => Promise.reject(new Error('late')));
    await expect(withDeadline(late, 5)).rejects.toBeInstanceOf(UnavailableError);
    await after(40, null);
  });
});
