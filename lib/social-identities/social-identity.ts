import type { SocialIdentityRow } from './social-identity.entity.js';

/** One way in at a provider, as its owner sees it. */
export interface SocialIdentity {
  readonly provider: string;
  readonly subject: string;
  /** The address that the provider told when it was linked; `null` where it told none. */
  readonly email: string | null;
  readonly linkedAt: Date;
  /** The last sign-in by it; `null` for none yet. */
  readonly lastUsedAt: Date | null;
}

export function identityOf({ provider, subject, email, createdAt, lastUsedAt }: SocialIdentityRow): SocialIdentity {
  return { provider, subject, email, linkedAt: createdAt, lastUsedAt };
}
