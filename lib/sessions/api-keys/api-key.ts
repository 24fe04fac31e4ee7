import type { Duration } from '../../kernel/duration.js';
import { startOfApiKey } from '../../kernel/api-key-token.js';
import type { SessionRow } from '../session.entity.js';

/** How often a key may be used within which time. */
export interface ApiKeyRate {
  readonly uses: number;
  readonly per: Duration;
}

/** What a key is good for, as its row holds it. */
export interface ApiKeyGrant {
  readonly scopes: readonly string[];
  /** `null` for any number. */
  readonly maxUses: number | null;
  readonly rate: ApiKeyRate | null;
}

/** An API key as its owner sees it: never the key itself, nor its hash. */
export interface ApiKey {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  /** The beginning of the key, to tell it from others. */
  readonly start: string;
  readonly scopes: readonly string[];
  readonly createdAt: Date;
  /** To within `sessions.touchInterval`; `null` for never. */
  readonly lastUsedAt: Date | null;
  /** `null` for never. */
  readonly expiresAt: Date | null;
  /** `null` for any number. */
  readonly usesLeft: number | null;
  readonly rate: ApiKeyRate | null;
}

export interface CreatedApiKey {
  /** Handed out once: only its hash is stored. */
  readonly key: string;
  readonly apiKey: ApiKey;
}

/** What the row grants; a row that says nothing grants nothing. */
export function grantOf({ apiKey }: Pick<SessionRow, 'apiKey'>): ApiKeyGrant {
  return { scopes: [], maxUses: null, rate: null, ...(apiKey as Partial<ApiKeyGrant> | null) };
}

export function apiKeyOf(row: SessionRow): ApiKey {
  const { scopes, maxUses, rate } = grantOf(row);
  return {
    id: row.id,
    userId: row.userId,
    name: row.deviceName ?? '',
    start: startOfApiKey(row.id),
    scopes,
    createdAt: row.createdAt,
    lastUsedAt: row.lastSeenAt > row.createdAt ? row.lastSeenAt : null,
    expiresAt: row.endsAt,
    usesLeft: maxUses === null ? null : Math.max(0, maxUses - row.uses),
    rate,
  };
}
