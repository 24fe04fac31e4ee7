/**
 * The scripts in customary use and in limited use (UAX 31, tables 5 and 7). Those of table 4, which nobody writes names in today, are left
 * out: what looks like a Latin letter there is there to deceive.
 */
const SCRIPTS = [
  ...['Latin', 'Cyrillic', 'Greek', 'Armenian', 'Georgian', 'Hebrew', 'Arabic', 'Thaana', 'Devanagari', 'Bengali', 'Gurmukhi', 'Gujarati'],
  ...['Oriya', 'Tamil', 'Telugu', 'Kannada', 'Malayalam', 'Sinhala', 'Thai', 'Lao', 'Tibetan', 'Myanmar', 'Khmer', 'Ethiopic', 'Mongolian'],
  ...['Syriac', 'Cherokee', 'Canadian_Aboriginal', 'Nko', 'Tifinagh', 'Vai', 'Adlam', 'Javanese', 'Balinese', 'Sundanese', 'Batak', 'Yi'],
  ...['Lisu', 'Bamum', 'Cham', 'Limbu', 'Lepcha', 'Newa', 'Saurashtra', 'Tai_Le', 'New_Tai_Lue', 'Tai_Tham', 'Tai_Viet', 'Meetei_Mayek'],
  'Ol_Chiki',
];
/** Writing systems that are made of several, also together with Latin (UTS 39, section 5.2, "highly restrictive"). */
const TOGETHER = [
  ['Latin', 'Han', 'Hiragana', 'Katakana'],
  ['Latin', 'Han', 'Bopomofo'],
  ['Latin', 'Han', 'Hangul'],
];
const SYSTEMS = [...SCRIPTS.map((script) => [script]), ...TOGETHER].map(
  (scripts) => new RegExp(`^[${['Common', 'Inherited', ...scripts].map((script) => `\\p{scx=${script}}`).join('')}]*$`, 'u'),
);
/** More marks on one letter than any language has run over the lines above and below (UTS 39, section 5.4). */
const PILED_MARKS = /\p{Mn}{5}/u;

/**
 * Whether a text is written in one script, as names are: in two, its letters can be chosen to look like another name's (Cyrillic "\u0430"
 * for Latin "a"; UTS 39, section 5.2). Digits, spaces and punctuation belong to every script.
 */
export function isOneScript(text: string): boolean {
  return SYSTEMS.some((system) => system.test(text)) && !PILED_MARKS.test(text.normalize('NFD'));
}
