import { type Duration, InvalidOptionsError } from '../../index.js';
import { milliseconds } from '../../extend.js';
import type { SocketSpace } from './socket-space.js';

export interface UsersWebSocketsOptions {
  /**
   * How often the sessions of open sockets are asked for anew. What ends on this node closes its sockets at once, and with
   * `nestjs-users/redis` what ends on another; this finds the rest, and what ends by time. One statement for each open socket; it does not prolong a session. `false` for never. @default '1m'
   */
  readonly recheck?: Duration | false;
  /** The user space whose gateways this serves: one import for each. @default the usual one */
  readonly space?: SocketSpace;
}

/** The resolved {@link UsersWebSocketsOptions}. */
export abstract class WebSocketsSettings {
  /** Milliseconds; `null` for never. */
  abstract readonly recheck: number | null;
}

/** @throws InvalidOptionsError at start-up. */
export function resolveWebSocketsOptions({ recheck = '1m' }: UsersWebSocketsOptions = {}): WebSocketsSettings {
  if (recheck === false) return { recheck: null };
  try {
    const length = milliseconds(recheck);
    // A timer of Node's holds no more than 2^31 - 1, and fires at once beyond it.
    if (length >= 1_000 && length <= 2_147_483_647) return { recheck: length };
  } catch {
    // Said below.
  }
  throw new InvalidOptionsError(["UsersWebSocketsModule: recheck: give a length of time from '1s' to '24d', or false."]);
}
