import { domainToASCII } from 'node:url';
import { isLine, isStorable } from './json.js';

/** What a person is called by: as shown, and as compared. The key has a unique index; the shown form has none. */
export interface Identifier {
  readonly shown: string;
  readonly key: string;
}

/** U+2800 is a Braille pattern without a dot: Unicode calls it a symbol, a reader sees nothing. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;
/** Everything that could end an address in a header or start another one, and what a quoted local part would need. */
const NOT_IN_LOCAL_PART = /[\s"(),:;<>@[\\\]]/u;
const DOMAIN_LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const MAX_EMAIL_BYTES = 254;
const MAX_LOCAL_PART_BYTES = 64;

/**
 * NFKC, then lower case, then NFKC again: lower-casing can leave a form that NFKC would change, and a key must be a fixed point. White
 * space comes last, since NFKC makes some (U+00A8 becomes a space and a mark); a run of it looks like one space on any page.
 */
export function fold(text: string): string {
  const folded = text.normalize('NFKC').toLowerCase().normalize('NFKC');
  return folded.replace(/\s+/g, ' ').trim();
}

/**
 * A user name: trimmed, without invisible or control characters, compared by NFKC and lower case. Two spellings that differ only in
 * what no reader can see are refused rather than told apart.
 *
 * @returns `null` when `text` is no user name.
 */
export function parseUsername(text: unknown, { min, max }: { min: number; max: number }): Identifier | null {
  if (typeof text !== 'string' || text.length > max * 4 || !isStorable(text) || !isLine(text)) return null;
  const shown = text.trim().normalize('NFC');
  const key = fold(shown);
  const length = [...shown].length;
  if (length < min || length > max || key.length === 0 || [...key].length > max || INVISIBLE.test(shown) || INVISIBLE.test(key))
    return null;
  return { shown, key };
}

/**
 * An e-mail address: one mailbox, no display name, no comment, no quoted local part, a domain name of at least two labels. The key
 * lower-cases the whole address and takes the domain to ASCII (UTS 46), so that one mailbox has one key on every database.
 *
 * @returns `null` when `text` is no address.
 */
export function parseEmail(text: unknown): Identifier | null {
  if (typeof text !== 'string' || text.length > MAX_EMAIL_BYTES || !isStorable(text) || !isLine(text)) return null;
  const shown = text.trim().normalize('NFKC');
  const at = shown.lastIndexOf('@');
  const local = shown.slice(0, at);
  const domain = asciiDomain(shown.slice(at + 1));
  if (at < 1 || domain === null || NOT_IN_LOCAL_PART.test(local) || INVISIBLE.test(shown)) return null;
  if (local.startsWith('.') || local.endsWith('.') || local.includes('..')) return null;
  const key = `${fold(local)}@${domain}`;
  if (Buffer.byteLength(local) > MAX_LOCAL_PART_BYTES || Buffer.byteLength(key) > MAX_EMAIL_BYTES || INVISIBLE.test(key)) return null;
  return { shown, key };
}

function asciiDomain(domain: string): string | null {
  // domainToASCII also decodes `%41` and accepts IP literals; neither belongs in an address.
  if (!/^[\p{L}\p{M}\p{N}.-]+$/u.test(domain)) return null;
  const ascii = domainToASCII(domain);
  const labels = ascii.split('.');
  const isName = labels.length >= 2 && labels.every((label) => DOMAIN_LABEL.test(label)) && !/^\d+$/.test(labels.at(-1) ?? '');
  return isName ? ascii : null;
}
