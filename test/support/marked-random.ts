import { randomBytes } from 'node:crypto';
import { RandomSource } from 'nestjs-users';

/** The first nine bytes of every secret: twelve characters of base64url. */
const MARK = Buffer.from('MARKEDSECRET', 'base64url');
const SECRET_BYTES = 32;
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Random bytes, of which those of a secret begin with a mark: so it can be told wherever it turns up. Ids are shorter, and bear none. */
export class MarkedRandom extends RandomSource {
  override bytes(size: number): Buffer {
    return size === SECRET_BYTES ? Buffer.concat([MARK, randomBytes(size - MARK.length)]) : randomBytes(size);
  }
}

/** How the mark looks in a token, in an API key, and in other ways to write bytes. */
export const SECRET_MARKS: readonly string[] = ['MARKEDSECRET', base62Mark(), MARK.toString('hex'), MARK.toString('hex').toUpperCase()];

/** What the texts of all numbers that begin with the mark have in common. */
function base62Mark(): string {
  const rest = SECRET_BYTES - MARK.length;
  const [low, high] = [0x00, 0xff].map((byte) => inBase62(Buffer.concat([MARK, Buffer.alloc(rest, byte)]))) as [string, string];
  const end = [...low].findIndex((digit, at) => digit !== high[at]);
  return low.slice(0, end);
}

function inBase62(bytes: Buffer): string {
  let text = '';
  for (let left = BigInt(`0x${bytes.toString('hex')}`); left > 0n; left /= 62n) text = `${DIGITS[Number(left % 62n)]}${text}`;
  return text.padStart(43, '0');
}
