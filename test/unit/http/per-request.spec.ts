import { describe, expect, it } from '@jest/globals';
import { perRequest } from '../../../lib/http/per-request.js';

describe('what is kept for a request', () => {
  it('stands at the list of its headers, and not at the request', () => {
    const kept = perRequest<string>();
    const request = Object.freeze({ rawHeaders: ['host', 'a'] });
    expect(kept.get(request)).toBeUndefined();
    kept.set(request, 'ann');
    expect(kept.get(request)).toBe('ann');
    kept.set(request, 'bob');
    expect(kept.get(request)).toBe('bob');
    expect(perRequest<string>().get(request)).toBeUndefined();
  });

  it('is never shown to another request, also where an adapter gives all of them one list', () => {
    const kept = perRequest<string>();
    const rawHeaders: string[] = [];
    const [first, second, third] = [{ rawHeaders }, { rawHeaders }, { rawHeaders }];
    kept.set(first, 'ann');
    expect(kept.get(second)).toBeUndefined();
    kept.set(second, 'bob');
    expect([first, second, third].map((request) => kept.get(request))).toEqual(['ann', 'bob', undefined]);
  });

  it('stands at what has no such list', () => {
    const kept = perRequest<string>();
    const call = { rawHeaders: 'none' };
    kept.set(call, 'ann');
    expect([kept.get(call), kept.get({}), kept.get({ rawHeaders: 'none' })]).toEqual(['ann', undefined, undefined]);
  });
});
