import { describe, expect, it } from '@jest/globals';
import { after, type Duration, isDuration, milliseconds } from '../../../lib/kernel/duration.js';

describe('a duration', () => {
  it.each([
    ['0s', 0],
    ['90s', 90_000],
    ['15m', 900_000],
    ['12h', 43_200_000],
    ['10d', 864_000_000],
    ['1.5h', 5_400_000],
    ['0.0005s', 1],
    ['36525d', 3_155_760_000_000],
  ] as const)('%s is %d milliseconds', (text, length) => {
    expect(isDuration(text)).toBe(true);
    expect(milliseconds(text)).toBe(length);
  });

  it.each([
    '',
    '10',
    '10 d',
    ' 10d',
    '10d ',
    '10D',
    '-1s',
    '+1s',
    '1e3s',
    '.5h',
    '1.h',
    '1,5h',
    '10w',
    '10ms',
    'd',
    '1d2h',
    '١٠d',
    '36526d',
    '999999999d',
    '9999999999s',
    '10d\n',
  ])('%j is none', (text) => {
    expect(isDuration(text)).toBe(false);
    expect(() => milliseconds(text as Duration)).toThrow(RangeError);
  });

  it.each([[864_000], [null], [undefined], [{}], [['10d']], [10n]])('%p is none', (value) => expect(isDuration(value)).toBe(false));

  it('added to an instant always gives an instant', () => {
    expect(after(new Date('2026-01-01T00:00:00.000Z'), milliseconds('36525d')).toISOString()).toBe('2126-01-02T00:00:00.000Z');
    expect(after(new Date(1), 2)).toEqual(new Date(3));
  });
});
