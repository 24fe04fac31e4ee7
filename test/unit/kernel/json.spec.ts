import { describe, expect, it } from '@jest/globals';
import { faultOfJson, isPlainObject, isStorable } from '../../../lib/kernel/json.js';

const nested = (depth: number): unknown => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`);

describe('a value to be stored as JSON', () => {
  it.each([[null], [true], [0], [-1.5], [''], ['é'], [[]], [{}], [{ a: [1, { b: null }] }], [JSON.parse('{"toString": 1}')]])(
    'may be %j',
    (value) => {
      expect(faultOfJson(value, 100)).toBeNull();
    },
  );

  it.each([
    [undefined],
    [NaN],
    [Infinity],
    [1n],
    [() => 1],
    [Symbol('a')],
    [new Date(0)],
    [new Map()],
    [/a/],
    [Buffer.from('a')],
    [[undefined]],
    [{ a: undefined }],
    [Object.create({ a: 1 })],
  ])('may not be %p', (value) => expect(faultOfJson(value, 100)).toBe('USERS_NOT_JSON_VALUE'));

  it.each(['{"__proto__": {"isAdmin": true}}', '{"a": {"constructor": 1}}', '[{"prototype": []}]'])(
    '[B-101] holds no key that reaches a prototype: %s',
    (text) => {
      expect(faultOfJson(JSON.parse(text), 100)).toBe('USERS_NOT_JSON_VALUE');
    },
  );

  it('[B-105] holds no NUL and no lone surrogate, in values and in keys', () => {
    for (const value of ['\u0000', ['a\ud800'], { '\u0000': 1 }, { a: { '\udc00': 1 } }])
      expect(faultOfJson(value, 100)).toBe('USERS_NOT_JSON_VALUE');
  });

  it('is bounded in bytes, not in characters', () => {
    expect(faultOfJson('é'.repeat(49), 100)).toBeNull();
    expect(faultOfJson('é'.repeat(50), 100)).toBe('USERS_TOO_LONG');
  });

  it('is bounded in depth, so that nothing overflows', () => {
    expect(faultOfJson(nested(33), 100)).toBeNull();
    expect(faultOfJson(nested(34), 100)).toBe('USERS_NOT_JSON_VALUE');
    expect(faultOfJson(nested(5_000), 100_000)).toBe('USERS_NOT_JSON_VALUE');
  });
});

describe('the words for values', () => {
  it('tell an object literal from everything else', () => {
    for (const value of [{}, Object.create(null)]) expect(isPlainObject(value)).toBe(true);
    for (const value of [null, [], new Date(0), new (class A {})(), 'a', () => 1]) expect(isPlainObject(value)).toBe(false);
  });

  it('tell what every database stores as it is', () => {
    for (const text of ['', 'a', '\ufffd', '😀']) expect(isStorable(text)).toBe(true);
    for (const text of ['\u0000', '\ud83d', '\ude00\ud83d']) expect(isStorable(text)).toBe(false);
  });
});
