import { createHash, randomBytes } from 'node:crypto';
import { PasswordHasher } from '../../index.js';
import { refuseInProduction } from './refuse-in-production.js';

const FORM = /^\$test\$[\w-]{11}\$[\w-]{43}$/;

/**
 * For tests of everything but hashing: thousands of passwords a second, and as unsafe as that sounds.
 *
 * @throws Error under `NODE_ENV=production`.
 */
export class FastHasher extends PasswordHasher {
  constructor() {
    super();
    refuseInProduction('FastHasher');
  }

  override async hash(password: string): Promise<string> {
    return write(password, randomBytes(8).toString('base64url'));
  }

  override async verify(hash: string, password: string): Promise<boolean> {
    return FORM.test(hash) && hash === write(password, hash.split('$')[2] ?? '');
  }

  override isOutdated(hash: string): boolean {
    return !FORM.test(hash);
  }

  override reads(hash: string): boolean {
    return FORM.test(hash);
  }
}

function write(password: string, salt: string): string {
  return `$test$${salt}$${createHash('sha256').update(salt).update(password).digest('base64url')}`;
}
