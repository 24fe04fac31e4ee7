import { describe, expect, it } from '@jest/globals';
import { attachment } from '../../../lib/kernel/attachment.js';

describe('an attachment', () => {
  it('stands at one object until it is replaced, and is seen by its owner alone', () => {
    const [mine, other] = [attachment<string>(), attachment<string>()];
    const request = {};
    expect(mine.get(request)).toBeUndefined();
    mine.set(request, 'first');
    mine.set(request, 'second');
    expect([mine.get(request), other.get(request)]).toEqual(['second', undefined]);
    expect(Reflect.ownKeys(request)).toEqual([]);
  });

  it('goes to no copy, no heir and no proxy of the object: what was found for one request is not found for another', () => {
    const mine = attachment<string>();
    const request = { headers: {} };
    mine.set(request, 'found');
    for (const like of [{ ...request }, Object.create(request) as object, structuredClone(request), new Proxy(request, {})])
      expect(mine.get(like)).toBeUndefined();
  });

  it('goes to a frozen object, too', () => {
    const mine = attachment<string>();
    const request = Object.freeze({});
    mine.set(request, 'found');
    expect(mine.get(request)).toBe('found');
  });
});
