import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fold, parseEmail, parseUsername } from '../../../lib/kernel/identifiers.js';
import { readingsDuring } from '../../support/readings.js';

const rules = { min: 1, max: 255 };
const username = (text: unknown) => parseUsername(text, rules);
const keyOf = (text: unknown) => parseEmail(text)?.key ?? null;

/** What no reader sees: the default ignorable code points of kratos' list, control characters, bidi marks, blanks that pose as letters. */
const UNSEEN = [
  0x00, 0x0a, 0x0d, 0x1b, 0x7f, 0x85, 0xad, 0x34f, 0x61c, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180b, 0x180e, 0x180f, 0x200b, 0x200c, 0x200d,
  0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202e, 0x2060, 0x2064, 0x2065, 0x2066, 0x2069, 0x206f, 0x2800, 0x3164, 0xfe00, 0xfe0f, 0xfeff,
  0xffa0, 0xfff0, 0xfff9, 0x1bca0, 0x1d173, 0xe0001, 0xe0020, 0xe0100, 0xe01ef, 0xe0fff, 0xe000, 0xf0000, 0x10fffe,
];

describe('the folded form', () => {
  it('is a fixed point for every code point, alone and between letters', () => {
    const moved: string[] = [];
    for (let point = 0; point <= 0x10ffff; point += 1) {
      const one = String.fromCodePoint(point);
      for (const text of [`${one}b`, `a${one}`]) if (fold(fold(text)) !== fold(text)) moved.push(point.toString(16));
    }
    expect(moved).toEqual([]);
  });

  it('is a fixed point for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => expect(fold(fold(text))).toBe(fold(text))),
      { numRuns: 5_000 },
    );
  });

  it('makes one of the forms that mean one', () => {
    for (const text of ['Bob', ' bob ', 'BOB', 'bob\t', 'Ｂｏｂ', '\u00a0bob']) expect(fold(text)).toBe('bob');
    for (const text of ['Zoë', 'Zoe\u0308', 'ZOE\u0308']) expect(fold(text)).toBe('zoë');
    expect(fold('ﬁsh')).toBe('fish');
    expect(fold('\u212aate')).toBe('kate');
    for (const text of ['ann lee', 'ann  lee', 'ann\u2003lee', 'ann\u00a0 lee']) expect(fold(text)).toBe('ann lee');
  });

  it('keeps apart what a reader can tell apart', () => {
    const keys = ['gıthub', 'github', 'o', 'ö', 'ss', 'ß'].map(fold);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('a user name', () => {
  it('is shown as typed, trimmed, and compared without case', () => {
    expect(username('  Ann-Marie O’Neil ')).toEqual({ shown: 'Ann-Marie O’Neil', key: 'ann-marie o’neil' });
    expect(username('李小龍')?.key).toBe('李小龍');
    expect(username('😀')?.shown).toBe('😀');
  });

  it('keeps its key when the key is typed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), (text) => {
        const name = username(text);
        if (name !== null) expect(username(name.key)?.key ?? name.key).toBe(name.key);
      }),
      { numRuns: 2_000 },
    );
    expect(username('\u00a8bob')?.key).toBe(username(username('\u00a8bob')?.key)?.key);
  });

  it.each(UNSEEN)('[B-88] with U+%# is refused, or the name without it', (point) => {
    const text = `ali${String.fromCodePoint(point)}ce`;
    expect([null, 'alice']).toContain(username(text)?.key ?? null);
    expect([null, 'alice']).toContain(username(`${String.fromCodePoint(point)}alice`)?.key ?? null);
    expect(username(String.fromCodePoint(point))).toBeNull();
  });

  it('[B-88] is one for a full-width spelling and for a ligature', () => {
    expect(username('ａｌｉｃｅ')?.key).toBe('alice');
    expect(username('oﬃce')?.key).toBe('office');
  });

  it('[B-105] is refused where it is ill-formed', () => {
    for (const text of ['a\u0000b', 'a\ud800', '\udc00a', '', '   ', '\t\n', null, undefined, 0, true, {}, [], ['ann'], Symbol('ann')])
      expect(username(text)).toBeNull();
  });

  it('[W21] counts code points, the same shown and as a key', () => {
    expect(username('😀'.repeat(255))).not.toBeNull();
    expect(username('😀'.repeat(256))).toBeNull();
    // One character that NFKC makes eighteen of: the column of the key would not hold it.
    expect(username('\ufdfa'.repeat(15))).toBeNull();
    expect(username('\ufdfa'.repeat(14))).not.toBeNull();
    expect(parseUsername('abc', { min: 4, max: 8 })).toBeNull();
    expect(parseUsername('abcdefghi', { min: 4, max: 8 })).toBeNull();
  });
});

describe('an address', () => {
  it('keeps what was typed and compares in lower case', () => {
    expect(parseEmail(' Ann.Lee+x@Example.ORG ')).toEqual({ shown: 'Ann.Lee+x@Example.ORG', key: 'ann.lee+x@example.org' });
  });

  it('[B-86] with a letter that only looks alike is another one', () => {
    const key = keyOf('user@github.com');
    for (const text of ['user@gıthub.com', 'uſer@github.com ', 'mıke@example.org'])
      expect(keyOf(text)).not.toBe(text.includes('ı') ? keyOf(text.replace('ı', 'i')) : null);
    expect(keyOf('user@gıthub.com')).not.toBe(key);
    expect(keyOf('user@xn--gthub-n4a.com')).toBe(keyOf('user@gıthub.com'));
  });

  it('[B-86] with a compatibility letter is the one with the plain letter', () => {
    expect(keyOf('\u212aate@example.org')).toBe('kate@example.org');
    expect(keyOf('u\u017fer@example.org')).toBe('user@example.org');
  });

  it('[B-89] has one key for each domain', () => {
    const spellings = [
      'ann@münchen.example',
      'ann@MÜNCHEN.example',
      'ann@xn--mnchen-3ya.example',
      'ann@XN--MNCHEN-3YA.EXAMPLE',
      'ann@mu\u0308nchen.example',
      'ann@ｍünchen.example',
    ];
    expect(new Set(spellings.map(keyOf))).toEqual(new Set(['ann@xn--mnchen-3ya.example']));
    expect(keyOf('a@examp\u2113e.org')).toBe('a@example.org');
  });

  it.each([
    'a@example。com',
    'a@example.org.',
    'a@.example.org',
    'a@example..org',
    'a@[127.0.0.1]',
    'a@127.0.0.1',
    'a@0x7f.1',
    'a@[::1]',
    'a@localhost',
    'a@-a.org',
    'a@a-.org',
    'a@ex%41mple.org',
    'a@exa_mple.org',
    'a@b@c.org',
    'a＠b@c.org',
    '@c.org',
    'a@',
    'a',
    '',
    ' ',
    'a b@c.org',
    '"a b"@c.org',
    'a(x)@c.org',
    'Ann <a@c.org>',
    'a@c.org, b@c.org',
    'a@c.org;b@c.org',
    'a@c.org\r\nBcc: b@c.org',
    'a\r\n@c.org',
    'a@c.org\n',
    '.a@c.org',
    'a.@c.org',
    'a..b@c.org',
    'a\u2024.b@c.org',
    `${'a'.repeat(65)}@c.org`,
    `a@${'b'.repeat(64)}.org`,
    `a@${'b.'.repeat(130)}org`,
    'a\u0000@c.org',
    'a\ud800@c.org',
    'a@c.org\u0000',
    'a\\@c.org',
    'a:b@c.org',
  ])('[B-89] %j is none', (text) => expect(parseEmail(text)).toBeNull());

  it.each(UNSEEN)('[B-88] with code point %# in it is refused, or the address without it', (point) => {
    const unseen = String.fromCodePoint(point);
    for (const text of [`ali${unseen}ce@example.org`, `alice@exam${unseen}ple.org`, `${unseen}alice@example.org`])
      expect([null, 'alice@example.org']).toContain(keyOf(text));
  });

  it('[B-06] is nothing else than a text', () => {
    for (const value of [null, undefined, NaN, 0, true, {}, [], ['a@c.org'], { email: 'a@c.org' }]) expect(parseEmail(value)).toBeNull();
  });

  it('has a key that is its own key', () => {
    fc.assert(
      fc.property(fc.tuple(fc.string({ unit: 'binary', maxLength: 20 }), fc.domain()), ([local, domain]) => {
        const email = parseEmail(`${local}@${domain}`);
        if (email !== null) expect(parseEmail(email.key)?.key).toBe(email.key);
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('the parsers', () => {
  const LONG = 100_000;
  it.each([
    ['a run of letters', 'a'.repeat(LONG)],
    ['dots', '.'.repeat(LONG)],
    ['at signs', '@'.repeat(LONG)],
    ['white space', `a${' '.repeat(LONG)}b`],
    ['white space around', `${' '.repeat(LONG)}a@b.org`],
    ['labels', `a@${'b.'.repeat(LONG / 2)}`],
    ['dashes', `a@b${'-'.repeat(LONG)}.org`],
    ['combining marks', `a${'\u0301'.repeat(LONG)}`],
    ['one that grows', '\ufdfa'.repeat(LONG)],
    ['surrogates', '\ud800'.repeat(LONG)],
  ])('[B-65] refuse 100 000 characters by their number, before anything reads them: %s', (_, text) => {
    expect(readingsDuring(() => expect([parseEmail(text), parseUsername(text, rules)]).toEqual([null, null]))).toEqual([]);
  });

  it('[B-65] read what is short enough, which is noticed (the control)', () => {
    expect(readingsDuring(() => parseUsername('ann', rules))).toContain('normalize');
    expect(readingsDuring(() => parseEmail('ann@example.org'))).toContain('exec');
  });
});
