/** A link of a mail: a button in HTML, with the address written out beneath it; label and address in plain text. */
export interface MailLink {
  readonly label: string;
  readonly url: string;
}

/** What a mail says, once, for both of its bodies: a line is a paragraph or a link. Plain text: it is escaped, never markup. */
export interface MailWords {
  readonly subject: string;
  readonly lines: readonly (string | MailLink)[];
}

/** A mail's content as it goes out. Whoever writes `html` escapes it. */
export interface MailBody {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const MAX_SUBJECT_LENGTH = 200;
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Gives words both bodies: the same sentences as plain text and as HTML. */
export function renderWords({ subject, lines }: MailWords): MailBody {
  const text = lines
    .map((line) => (typeof line === 'string' ? oneLine(line) : `${oneLine(line.label)}:\n${oneLine(line.url)}`))
    .join('\n\n');
  const paragraphs = lines.map((line) => `<p>${typeof line === 'string' ? escapeHtml(oneLine(line)) : htmlLink(line)}</p>`);
  return { subject, text: `${text}\n`, html: page(subject, paragraphs) };
}

/** Makes a text fit for a header: no control character and no line break of any script ends it early (RFC 5322, 2.2). */
export function headerLine(text: string): string {
  return [...oneLine(text)].slice(0, MAX_SUBJECT_LENGTH).join('');
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();
}

function htmlLink({ label, url }: MailLink): string {
  const address = escapeHtml(oneLine(url));
  // What does not lead to a web page is shown, not linked: no `javascript:` from a template's data.
  if (!/^https?:\/\//.test(url)) return `${escapeHtml(oneLine(label))}<br>${address}`;
  return `<a href="${address}"><strong>${escapeHtml(oneLine(label))}</strong></a><br>${address}`;
}

function page(subject: string, paragraphs: readonly string[]): string {
  const head = `<meta charset="utf-8"><title>${escapeHtml(oneLine(subject))}</title>`;
  return `<!doctype html>\n<html lang="en"><head>${head}</head><body>\n${paragraphs.join('\n')}\n</body></html>\n`;
}
