import type { LoginContext } from './login-extras.js';

/** What a signed token says of the session that it was made for. */
export interface SignedClaims {
  readonly sessionId: string;
  /** Of which secret of that session's: with a new one, after `reauthenticate()`, the signed token is void. */
  readonly binding: string;
}

/** Makes signed tokens beside the opaque ones, and reads them. Whose session it is and whether it is good is never theirs to say. */
export abstract class SignedTokens {
  /** Whether it is worth asking: without signed tokens no request pays for them. */
  abstract readonly isOn: boolean;

  /** @returns what `extras` of the log-in's answer gets. */
  abstract sign(opened: LoginContext, claims: SignedClaims): Promise<Record<string, unknown>>;

  /** @returns `null` for whatever is not one of ours, is over, or whose signature does not hold; never an exception for that. */
  abstract read(token: string): Promise<SignedClaims | null>;
}

/** The usual: none. */
export class NoSignedTokens extends SignedTokens {
  override readonly isOn = false;

  override async sign(): Promise<Record<string, unknown>> {
    return {};
  }

  override async read(): Promise<null> {
    return null;
  }
}
