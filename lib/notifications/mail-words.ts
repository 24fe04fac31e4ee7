import { mailPage } from './mail-page.js';

/** A link of a mail: a button in HTML, with the address written out beneath it; label and address in plain text. */
export interface MailLink {
  readonly label: string;
  readonly url: string;
}

/** What a mail says, once, for both of its bodies: a line is a paragraph or a link. Plain text: it is escaped, never markup. */
export interface MailWords {
  readonly subject: string;
  readonly lines: readonly (string | MailLink)[];
  /** The small print at the end. @default none */
  readonly footer?: string;
  /** The language of the words, such as `'de'`: a screen reader reads by it. @default 'en' */
  readonly language?: string;
}

/** A mail's content as it goes out. Whoever writes `html` escapes it. */
export interface MailBody {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const MAX_SUBJECT_LENGTH = 200;
/** Marks that turn the reading direction of what follows: with one in a name, an address could read backwards (Unicode UAX 9). */
const DIRECTION_MARKS = /[\u202A-\u202E\u2066-\u2069]/gu;

/**
 * The content as it goes out: words get both bodies, the same sentences as plain text and as HTML.
 *
 * @throws TypeError when a template gave something else than it promised.
 */
export function renderContent(content: MailWords | MailBody): MailBody {
  const { subject, text, html } = 'lines' in content ? renderWords(content) : content;
  if (typeof text !== 'string' || typeof html !== 'string') throw new TypeError('a template returns words, or a subject with both bodies');
  return { subject: headerLine(subject), text: text.toWellFormed(), html: html.toWellFormed() };
}

function renderWords({ subject, lines, footer, language = 'en' }: MailWords): MailBody {
  const clean = lines.map((line) => (typeof line === 'string' ? oneLine(line) : { label: oneLine(line.label), url: oneLine(line.url) }));
  const end = footer === undefined ? [] : [oneLine(footer)];
  const paragraphs = [...clean, ...end].map((line) => (typeof line === 'string' ? line : `${line.label}:\n${line.url}`));
  return {
    subject,
    text: `${paragraphs.join('\n\n')}\n`,
    html: mailPage({
      title: oneLine(subject),
      lines: clean,
      footer: end,
      language: /^[a-z]{2,3}(-\w{2,8})*$/i.test(language) ? language : 'en',
    }),
  };
}

/** Makes a text fit for a header: no control character and no line break of any script ends it early (RFC 5322, 2.2). */
function headerLine(text: string): string {
  return [...oneLine(text)].slice(0, MAX_SUBJECT_LENGTH).join('');
}

function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replace(DIRECTION_MARKS, '')
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();
}
