/** A hash in PHC format: `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>`. */
export interface PhcString {
  readonly id: string;
  readonly version: number | null;
  /** Whole numbers by name; their order in the string is free, and libraries do differ in it. */
  readonly parameters: Readonly<Record<string, number>>;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

const PHC =
  /^\$([a-z0-9-]{1,32})(?:\$v=(\d{1,3}))?\$([a-z]{1,3}=\d{1,10}(?:,[a-z]{1,3}=\d{1,10}){0,3})\$([A-Za-z0-9+/]{1,172})\$([A-Za-z0-9+/]{1,172})$/;

/** @returns the parts, or `null` for anything that is not exactly this form: a truncated hash, a repeated parameter, bad base64. */
export function parsePhc(text: string): PhcString | null {
  const [, id, version, list, salt, hash] = PHC.exec(text) ?? [];
  if (id === undefined || list === undefined || salt === undefined || hash === undefined) return null;
  const pairs = list.split(',').map((pair) => pair.split('=') as [string, string]);
  const parameters = Object.fromEntries(pairs.map(([name, value]) => [name, Number(value)]));
  const [saltBytes, hashBytes] = [decode(salt), decode(hash)];
  if (saltBytes === null || hashBytes === null || Object.keys(parameters).length !== pairs.length) return null;
  return { id, version: version === undefined ? null : Number(version), parameters, salt: saltBytes, hash: hashBytes };
}

/** Writes the parameters in the order given: the reference implementation of argon2 reads `m,t,p` and nothing else. */
export function formatPhc({ id, version, parameters, salt, hash }: PhcString): string {
  const list = Object.entries(parameters).map(([name, value]) => `${name}=${value}`);
  return ['', id, ...(version === null ? [] : [`v=${version}`]), list.join(','), encode(salt), encode(hash)].join('$');
}

/** True when the parameters are exactly these, no more and no fewer. */
export function hasParameters({ parameters }: PhcString, names: readonly string[]): boolean {
  return Object.keys(parameters).length === names.length && names.every((name) => Object.hasOwn(parameters, name));
}

/** Base64 without padding, as the PHC format wants it. */
function encode(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}

function decode(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  // Node drops what it does not understand: only a text that comes out as it went in is whole.
  return encode(bytes) === text ? bytes : null;
}
