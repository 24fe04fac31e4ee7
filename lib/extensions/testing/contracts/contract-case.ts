/** Makes what is under test; called once or more in each case. */
export type Make<T> = () => T | Promise<T>;

/**
 * One promise of a port, for any test runner: `for (const c of clockContract) it(c.name, () => c.verify(() => new MyClock()))`.
 * `verify` rejects with an AssertionError where the promise is broken.
 */
export interface ContractCase<T> {
  readonly name: string;
  verify(make: Make<T>): Promise<void>;
}

/** A contract as a table: each promise by its sentence. */
export function contract<T>(promises: Record<string, (make: Make<T>) => Promise<void> | void>): readonly ContractCase<T>[] {
  return Object.entries(promises).map(([name, promise]) => ({ name, verify: async (make) => promise(make) }));
}
