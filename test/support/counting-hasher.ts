import { FastHasher } from '../../lib/extensions/testing/fast-hasher.js';

/** The testing kit's hasher, which counts. */
export class CountingHasher extends FastHasher {
  /** Every hash or verification that was asked for. */
  operations = 0;

  override hash(password: string): Promise<string> {
    this.operations += 1;
    return super.hash(password);
  }

  override verify(hash: string, password: string): Promise<boolean> {
    this.operations += 1;
    return super.verify(hash, password);
  }

  /** How many operations `task` costs. */
  async costOf(task: () => Promise<unknown>): Promise<number> {
    const before = this.operations;
    await task();
    return this.operations - before;
  }
}
