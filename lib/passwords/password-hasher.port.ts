/**
 * Turns passwords into self-describing strings, and back into yes or no. A hasher of the host's own takes the place of everything
 * here; to read one more old form beside ours, write a {@link PasswordVerifier} instead.
 */
export abstract class PasswordHasher {
  /** @returns a string that names its algorithm and its parameters (PHC format), at most 512 characters, with a salt of its own. */
  abstract hash(password: string): Promise<string>;

  /** Never throws: a malformed or foreign hash is `false`, at the cost of one hash. Constant-time in the password. */
  abstract verify(hash: string, password: string): Promise<boolean>;

  /** True when `hash` should be replaced at the next chance: another algorithm, or other parameters than today's. */
  abstract isOutdated(hash: string): boolean;

  /** Whether `hash` can be verified at all. Where it cannot, an error with the user's id is logged. */
  reads(_hash: string): boolean {
    return true;
  }
}
