import { Logger } from '@nestjs/common';
import { PasswordHasher } from './password-hasher.port.js';
import type { PasswordVerifier } from './password-verifier.port.js';

/** Writes with the first hasher; reads what any of the others left, chosen by the form of the hash. */
export class DelegatingPasswordHasher extends PasswordHasher {
  private readonly logger = new Logger('PasswordHasher');

  constructor(
    private readonly first: PasswordHasher,
    private readonly others: readonly PasswordVerifier[],
  ) {
    super();
  }

  override hash(password: string): Promise<string> {
    return this.first.hash(password);
  }

  override async verify(hash: string, password: string): Promise<boolean> {
    const verifier = this.verifierOf(hash);
    // A corrupt row must take as long as a whole one, or it could be told from outside.
    if (verifier === undefined) return this.spendOneHash(password);
    try {
      return await verifier.verify(hash, password);
    } catch (error) {
      this.logger.error(`A password hash could not be verified: ${error instanceof Error ? error.message : String(error)}`);
      return this.spendOneHash(password);
    }
  }

  override isOutdated(hash: string): boolean {
    return this.first.isOutdated(hash);
  }

  override reads(hash: string): boolean {
    return this.verifierOf(hash) !== undefined;
  }

  private verifierOf(hash: string): PasswordVerifier | undefined {
    return [this.first, ...this.others].find((one) => one.reads(hash));
  }

  private async spendOneHash(password: string): Promise<false> {
    await this.first.hash(password).catch(() => null);
    return false;
  }
}
