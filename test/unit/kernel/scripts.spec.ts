import { describe, expect, it } from '@jest/globals';
import { isOneScript } from '../../../lib/kernel/scripts.js';

describe('one script per name', () => {
  it.each([
    'ann',
    'ann.lee-7_x',
    'Łukasz',
    'Nguyễn Văn',
    'Ægir',
    'İpek',
    'Иван Петров',
    'Ярослав7',
    'Ελένη',
    'Հայկ',
    'გიორგი',
    'דוד',
    'محمد٣',
    'राज',
    'தமிழ்',
    'สมชาย',
    'មករា',
    'ድንቅ',
    'ᏣᎳᎩ',
    'ᐃᓄᒃ',
    'ⵣⵉⵔⵉ',
    '李雷',
    '田中さんカナ',
    '김철수',
    '金철수',
    'ㄅㄆ李',
    'Taro田中',
    'Kim김',
    '1234',
    'a1!',
    '🙂',
    '',
  ])('takes %s', (name) => expect(isOneScript(name)).toBe(true));

  it.each([
    ['a Cyrillic а in a Latin name', 'p\u0430ypal'],
    ['a Cyrillic о in root', 'r\u043eot'],
    ['a Greek ο in admin.co', 'micr\u03bfsoft'],
    ['an Armenian օ', 'g\u0585\u0585gle'],
    ['a Cherokee Ꭺ', '\u13aadmin'],
    ['Cyrillic and Greek', 'Ив\u03b1н'],
    ['Hebrew in Latin', 'abc\u05d0'],
    ['Hangul in Cyrillic', 'Иван김'],
    ['Bopomofo beside Hiragana', '\u3105さ'],
    ['a Gothic letter', '\u{10330}nn'],
    ['a Deseret name', '\u{10400}\u{10401}'],
    ['a Coptic letter in Latin', 'anne\u2c9f'],
    ['marks piled up', 'a\u0300\u0301\u0302\u0303\u0304nn'],
  ])('refuses %s', (_what, name) => expect(isOneScript(name)).toBe(false));

  it('is quick about what is long', () => {
    expect(isOneScript(`${'a'.repeat(100_000)}\u0430`)).toBe(false);
    expect(isOneScript('\u0300'.repeat(100_000))).toBe(false);
  });
});
