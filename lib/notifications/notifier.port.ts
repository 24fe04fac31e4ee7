import type { Notification } from './notification.js';

/**
 * Tells people what concerns them: by mail unless the host takes over wholly (SMS, push).
 *
 * Called after the commit and never inside a transaction; no answer waits for it. Best effort: what is lost, the person asks for again.
 * A notifier keeps the token out of logs and out of any store, since only its hash is in the database.
 */
export abstract class Notifier {
  /** Takes charge of `notification`. A rejection is logged by the caller and changes nothing else. */
  abstract notify(notification: Notification): Promise<void>;
}
