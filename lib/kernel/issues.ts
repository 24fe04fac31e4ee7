/** Thrown at start-up: every fault of the configuration at once, each as a sentence with its mend. Not an HTTP error: no request caused it. */
export class InvalidOptionsError extends Error {
  constructor(readonly issues: readonly string[]) {
    super(`UsersModule cannot start:\n${issues.map((issue) => `  - ${issue}`).join('\n')}`);
    this.name = 'InvalidOptionsError';
  }
}

/** Notes each name in `given` that is none of `known`: a misspelt option would otherwise be a default that nobody chose. */
export function noteUnknownNames(given: object, known: readonly string[], { path, issues }: { path: string; issues: Issues }): void {
  for (const name of Object.keys(given)) {
    if (!known.includes(name)) issues.add(`${path}.${name}`, `there is no such option; there are ${known.join(', ')}.`);
  }
}

/** Collects the faults of a configuration, so that its author reads all of them in one go. */
export class Issues {
  private readonly sentences: string[] = [];

  /** Notes a fault: `path` of the option, then a sentence that names the mend. */
  add(path: string, sentence: string): void {
    this.sentences.push(`${path}: ${sentence}`);
  }

  get any(): boolean {
    return this.sentences.length > 0;
  }

  /** @throws InvalidOptionsError when anything was noted. */
  throwIfAny(): void {
    if (this.any) throw new InvalidOptionsError(this.sentences);
  }
}
