import { PasswordVerifier } from '../password-verifier.port.js';

const BCRYPT = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;
const MIN_COST = 4;
/** About two seconds of one core; each step up doubles it. */
const MAX_COST = 15;
/** bcrypt looks at no more of a password than this. */
const MAX_BYTES = 72;

/**
 * bcrypt, as PHP, Rails, Spring and most of Node wrote it (`$2a$`, `$2b$`, `$2y$`).
 *
 * bcrypt reads 72 bytes and no more: whoever knows the first 72 of a longer password passes once. The upgrade that follows hashes the
 * whole of what was typed then.
 */
export class BcryptVerifier extends PasswordVerifier {
  override reads(hash: string): boolean {
    const cost = Number(BCRYPT.exec(hash)?.[1] ?? 0);
    return cost >= MIN_COST && cost <= MAX_COST;
  }

  override async verify(hash: string, password: string): Promise<boolean> {
    // Loaded at the first such hash: most hosts have none, and where there is no binary they shall not miss it.
    const { default: bcrypt } = await import('bcrypt');
    // Cut here: under `$2a$` the package lets the length of a long password run over instead (8 bits).
    const bytes = Buffer.from(password).subarray(0, MAX_BYTES);
    // The package refuses PHP's `$2y$`, which is `$2b$` under another name.
    return bcrypt.compare(bytes, `$2b$${hash.slice(4)}`);
  }
}
