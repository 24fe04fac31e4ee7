import { beforeEach, describe, expect, it } from '@jest/globals';
import { Changes } from '../../../lib/persistence/changes.js';
import { type Change, InvalidationBus } from '../../../lib/persistence/invalidation-bus.port.js';
import type { Row } from '../../../lib/persistence/row-reader.js';
import { SessionCache } from '../../../lib/sessions/session-cache.js';

const LIFETIME = 5_000;

/** Another node, and the wire to it. */
class OtherNode extends InvalidationBus {
  isListening = true;
  tell: (change: Change) => void = () => undefined;

  publish(): void {
    // Nobody asks.
  }
  subscribe(heard: (change: Change) => void): () => void {
    this.tell = heard;
    return () => undefined;
  }
}

let now: number;
let other: OtherNode;
let cache: SessionCache;
const start = (max = 100): void => {
  other = new OtherNode();
  cache = new SessionCache({ lifetime: LIFETIME, max }, new Changes(other), () => now);
};
beforeEach(() => {
  now = 1_000;
  start();
});

const whose = (sessionId: string, userId = 'ann') => ({ sessionId, userId });
const put = (sessionId: string, row: Row = [sessionId], userId = 'ann'): void => cache.keep(row, cache.asking(), whose(sessionId, userId));
const held = (...ids: string[]): boolean[] => ids.map((id) => cache.find(id) !== undefined);

describe('a cache of sessions', () => {
  it('remembers a row for its lifetime, from when it was asked for, and not a millisecond longer', () => {
    const asking = cache.asking();
    now += 2_000;
    cache.keep(['row'], asking, whose('one'));
    now += LIFETIME - 2_001;
    expect(cache.find('one')).toEqual(['row']);
    now += 1;
    expect(held('one')).toEqual([false]);
  });

  it('holds no more than it may, and lets the eldest go', () => {
    start(3);
    for (const id of ['a', 'b', 'c', 'd', 'e']) put(id);
    expect([cache.size, held('a', 'b', 'c', 'd', 'e')]).toEqual([3, [false, false, true, true, true]]);
  });

  it('keeps nothing of what is over, however much room there is', () => {
    for (let index = 0; index < 50; index += 1) put(`old${index}`);
    now += LIFETIME;
    put('new');
    expect(cache.size).toBe(1);
  });

  it.each<[string, Change, boolean[]]>([
    ['a session', { of: 'session', id: 'a1' }, [false, true, true]],
    ['everything of a user', { of: 'user', id: 'ann' }, [false, false, true]],
    ['anything at all', { of: 'all' }, [false, false, false]],
  ])('forgets %s that changed, and nothing else', (_, change, left) => {
    put('a1');
    put('a2');
    put('b1', ['row'], 'bob');
    other.tell(change);
    expect(held('a1', 'a2', 'b1')).toEqual(left);
  });

  it.each<Change>([{ of: 'session', id: 'one' }, { of: 'user', id: 'ann' }, { of: 'all' }])(
    'does not keep what was asked before %j and is answered after it, and keeps what was asked later [B-61]',
    (change) => {
      const early = cache.asking();
      other.tell(change);
      cache.keep(['as it was'], early, whose('one'));
      expect(held('one')).toEqual([false]);
      cache.keep(['as it is'], cache.asking(), whose('one'));
      expect(cache.find('one')).toEqual(['as it is']);
    },
  );

  it('keeps what was asked before the change of somebody else', () => {
    const early = cache.asking();
    other.tell({ of: 'user', id: 'bob' });
    cache.keep(['row'], early, whose('one'));
    expect(held('one')).toEqual([true]);
  });

  it('does not keep a late row however many changes came behind the one that it is about', () => {
    const early = cache.asking();
    other.tell({ of: 'session', id: 'one' });
    for (let index = 0; index < 5_000; index += 1) other.tell({ of: 'user', id: `user${index}` });
    cache.keep(['as it was'], early, whose('one'));
    expect(held('one')).toEqual([false]);
  });

  it('neither remembers nor keeps while other nodes are not heard, and begins anew behind that', () => {
    put('one');
    const early = cache.asking();
    other.isListening = false;
    expect(held('one')).toEqual([false]);
    put('two');
    other.tell({ of: 'all' });
    other.isListening = true;
    cache.keep(['as it was'], early, whose('three'));
    expect(held('one', 'two', 'three')).toEqual([false, false, false]);
  });

  it('gives each reader objects of his own', () => {
    const row = [{ list: [1] }, new Date(7), Buffer.from('bytes'), 'text', null];
    put('one', row);
    (row[0] as { list: number[] }).list.push(2);
    const first = cache.find('one') as unknown[];
    (first[0] as { list: number[] }).list.push(3);
    expect(cache.find('one')).toEqual([{ list: [1] }, new Date(7), Buffer.from('bytes'), 'text', null]);
    put('two', { json: { list: [1] } });
    expect(cache.find('two')).toEqual({ json: { list: [1] } });
  });

  it('does not remember a row with an object that it cannot copy', () => {
    class Interval {
      readonly days = 3;
    }
    put('one', [new Interval()]);
    put('two', [new Map()]);
    expect(held('one', 'two')).toEqual([false, false]);
  });
});
