/** The only source of unguessable bytes. A port so that tests can make it fail or repeat itself; nobody else should replace it. */
export abstract class RandomSource {
  /** @returns exactly `size` bytes from a cryptographically secure generator, or throws. */
  abstract bytes(size: number): Buffer;
}
