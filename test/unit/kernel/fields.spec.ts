import { describe, expect, it } from '@jest/globals';
import { InvalidInputError } from 'nestjs-users';
import { Fields } from '../../../lib/kernel/fields.js';
import { readingsDuring } from '../../support/readings.js';

const faultsOf = (read: (input: Fields) => void, body: unknown): unknown => {
  const input = Fields.of(body);
  read(input);
  try {
    input.done();
    return null;
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidInputError);
    return (error as InvalidInputError).fields;
  }
};

describe('the reading of an input', () => {
  it('names every fault at once', () => {
    const read = (input: Fields): void => {
      input.text('name');
      input.text('missing');
      input.flag('open');
      input.optionalJson('profile', 10);
      input.optionalText('note', { max: 3 });
    };
    expect(faultsOf(read, { name: '', open: 'yes', profile: 'x'.repeat(20), note: '😀😀😀😀' })).toEqual({
      name: ['USERS_EMPTY'],
      missing: ['USERS_REQUIRED'],
      open: ['USERS_WRONG_TYPE'],
      profile: ['USERS_TOO_LONG'],
      note: ['USERS_TOO_LONG'],
    });
  });

  it.each([[null], [undefined], [''], ['a'], [1], [true], [[]], [['a']], [() => 1], [Symbol('a')], [Buffer.from('{}')]])(
    'refuses %p as an input',
    (body) => {
      expect(() => Fields.of(body)).toThrow(InvalidInputError);
    },
  );

  it('takes an instance of a class, as ValidationPipe({ transform: true }) makes them', () => {
    class Body {
      name = 'ann';
    }
    expect(Fields.of(new Body()).text('name')).toBe('ann');
  });

  it('[B-101] reads own properties only', () => {
    const input = Fields.of(JSON.parse('{"__proto__": {"name": "ann"}}'));
    for (const name of ['name', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'])
      expect([input.has(name), input.raw(name)]).toEqual([false, undefined]);
    expect(Fields.of(Object.create({ name: 'ann' })).has('name')).toBe(false);
  });

  it.each([[null], [0], [false], [[]], [['a']], [{}], [{ $gt: '' }], [{ toString: () => 'a' }]])(
    '[B-105] takes %p for no text',
    (value) => {
      expect(faultsOf((input) => input.text('name'), { name: value })).toEqual({ name: ['USERS_WRONG_TYPE'] });
    },
  );

  it('[B-105] refuses NUL and lone surrogates, and takes what is well-formed', () => {
    for (const text of ['a\u0000', '\ud800', 'a\udfff'])
      expect(faultsOf((input) => input.text('name'), { name: text })).toEqual({ name: ['USERS_ILL_FORMED'] });
    for (const text of ['\ufffd', '\u202e', '😀', ' ', '\r\n']) expect(faultsOf((input) => input.text('name'), { name: text })).toBeNull();
  });

  it('[B-105] takes a line for a line: no CR LF anywhere, no control character inside, white space around it as it comes', () => {
    for (const name of ['a\r\nb', 'ann\n', 'a\u2028b', 'a\tb', 'a\u001bb'])
      expect(faultsOf((input) => input.text('name', { line: true }), { name })).toEqual({ name: ['USERS_ILL_FORMED'] });
    for (const name of ['ann', ' ann\t', 'Ann B.', '😀'])
      expect(faultsOf((input) => input.text('name', { line: true }), { name })).toBeNull();
  });

  it('takes an empty text for a fault, never for absence', () => {
    expect(faultsOf((input) => input.optionalText('name'), { name: '' })).toEqual({ name: ['USERS_EMPTY'] });
    expect(faultsOf((input) => input.optionalText('name'), { name: undefined })).toBeNull();
  });

  it('[B-105] refuses a megabyte without looking at it', () => {
    const huge = { name: '\ud800'.repeat(1_000_000) };
    let faults: unknown;
    expect(readingsDuring(() => (faults = faultsOf((input) => input.text('name'), huge)))).toEqual([]);
    expect(faults).toEqual({ name: ['USERS_TOO_LONG'] });
    expect(readingsDuring(() => faultsOf((input) => input.text('name'), { name: 'ann' }))).not.toEqual([]);
  });

  it('keeps several faults of one field', () => {
    expect(
      faultsOf((input) => {
        input.fault('a', 'USERS_ONE');
        input.fault('a', 'USERS_TWO');
      }, {}),
    ).toEqual({ a: ['USERS_ONE', 'USERS_TWO'] });
  });
});
