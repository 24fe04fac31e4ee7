/** Knows passwords that leaked somewhere. It is asked about new passwords alone, never at a log-in. */
export abstract class BreachChecker {
  /** @returns whether the password was in a leak; `false` also where nobody can say, since a service that is down must keep nobody out. */
  abstract isBreached(password: string): Promise<boolean>;
}

/** The usual: nobody is asked. */
export class NoBreachChecker extends BreachChecker {
  override async isBreached(): Promise<false> {
    return false;
  }
}
