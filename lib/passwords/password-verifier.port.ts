/**
 * Reads the hashes that another system left, and never writes any: at the next right password the hash is replaced by one of ours.
 * `reads` decides before anything is computed, so it also refuses what would cost too much: a stored hash says itself what it costs.
 */
export abstract class PasswordVerifier {
  /** Whether `hash` is whole, in this verifier's form and affordable. No hashing here, and it never throws. */
  abstract reads(hash: string): boolean;

  /** Called only for what {@link reads} accepted. Constant-time in the password; an exception counts as a wrong password. */
  abstract verify(hash: string, password: string): Promise<boolean>;
}
