/** Everything with which a check could read a text. */
const READERS = [
  ...(['isWellFormed', 'includes', 'trim', 'normalize', 'toLowerCase', 'replace', 'split', 'lastIndexOf'] as const).map(
    (name) => [String.prototype, name] as const,
  ),
  [String.prototype, Symbol.iterator] as const,
  [RegExp.prototype, 'exec'] as const,
  [RegExp.prototype, 'test'] as const,
];

/** @returns which of them were called: what must cost nothing calls none, on a machine of any speed. */
export function readingsDuring(task: () => unknown): string[] {
  const called = new Set<string>();
  const undo = READERS.map(([owner, name]) => {
    const known = owner as unknown as Record<PropertyKey, (...given: unknown[]) => unknown>;
    const real = known[name] as (...given: unknown[]) => unknown;
    known[name] = function (this: unknown, ...given: unknown[]) {
      called.add(String(name));
      return real.apply(this, given);
    };
    return () => (known[name] = real);
  });
  try {
    task();
  } finally {
    for (const one of undo) one();
  }
  return [...called];
}
