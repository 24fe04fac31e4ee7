import { createHash } from 'node:crypto';
import { PasswordHasher } from 'nestjs-users';

/** A hasher for tests of everything but hashing: as cheap as it is unsafe, and it counts. */
export class CountingHasher extends PasswordHasher {
  /** Every hash or verification that was asked for. */
  operations = 0;

  constructor() {
    super();
    if (process.env['NODE_ENV'] === 'production') throw new Error('This hasher protects nothing.');
  }

  override async hash(password: string): Promise<string> {
    this.operations += 1;
    return `$test$${digest(password)}`;
  }

  override async verify(hash: string, password: string): Promise<boolean> {
    this.operations += 1;
    return hash === `$test$${digest(password)}`;
  }

  override reads(hash: string): boolean {
    return hash.startsWith('$test$');
  }

  override isOutdated(): boolean {
    return false;
  }

  /** How many operations `task` costs. */
  async costOf(task: () => Promise<unknown>): Promise<number> {
    const before = this.operations;
    await task();
    return this.operations - before;
  }
}

function digest(password: string): string {
  return createHash('sha256').update(password).digest('base64url');
}
