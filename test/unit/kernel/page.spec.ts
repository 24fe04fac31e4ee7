import { describe, expect, it } from '@jest/globals';
import { InvalidInputError } from 'nestjs-users';
import { Fields } from '../../../lib/kernel/fields.js';
import { decodeCursor, encodeCursor, pageOf, readPageRequest } from '../../../lib/kernel/page.js';

const pack = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a cursor', () => {
  it('brings back the key, whatever is in it', () => {
    for (const name of ['', 'ann', 'é😀', '"', '%_!', "'; --"]) expect(decodeCursor(encodeCursor([name, 'id']), 2)).toEqual([name, 'id']);
  });

  it.each([
    [''],
    ['!'],
    ['null'],
    ['a'.repeat(2_000)],
    [pack(null)],
    [pack('a')],
    [pack(1)],
    [pack({})],
    [pack({ length: 2, 0: 'a', 1: 'b' })],
    [pack([])],
    [pack(['a'])],
    [pack(['a', 'b', 'c'])],
    [pack(['a', 1])],
    [pack(['a', null])],
    [pack(['a', ['b']])],
    [pack(['a', { $gt: '' }])],
    [pack(['a\u0000', 'b'])],
    [pack(['a', '\ud800'])],
    [Buffer.from('["a","b"').toString('base64url')],
    ['W'.repeat(1_999)],
  ])('[B-105] that was not made by us is 400 (%#)', (cursor) => {
    expect(() => decodeCursor(cursor, 2)).toThrow(InvalidInputError);
  });
});

describe('a page', () => {
  const keyOf = (row: number): string[] => [String(row)];

  it('is cut off at its limit, and says where the next begins', () => {
    const page = pageOf([1, 2, 3], 2, keyOf);
    expect(page.items).toEqual([1, 2]);
    expect(decodeCursor(page.next ?? '', 1)).toEqual(['2']);
  });

  it('that is the last one says so', () => {
    expect(pageOf([1, 2], 2, keyOf)).toEqual({ items: [1, 2], next: null });
    expect(pageOf([], 2, keyOf)).toEqual({ items: [], next: null });
  });
});

describe('the request of a page', () => {
  it('has a limit of 50 unless told otherwise', () => expect(readPageRequest(Fields.of({}))).toEqual({ limit: 50, after: undefined }));

  it.each([[0], [201], [-1], [3 / 2], [NaN], [Infinity], ['10'], [null], [[10]], [{}]])('refuses %p as a limit', (limit) => {
    const input = Fields.of({ limit });
    readPageRequest(input);
    expect(() => input.done()).toThrow(InvalidInputError);
  });
});
