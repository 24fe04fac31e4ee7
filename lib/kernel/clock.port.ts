/** The only source of now. Everything that expires, counts or is stamped asks this, so that tests can hold time still. */
export abstract class Clock {
  /** @returns the present instant as a new `Date`; never shared, so a caller may keep it. */
  abstract now(): Date;
}
