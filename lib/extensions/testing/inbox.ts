import { type Notification, type NotificationKind, type NotificationOf, Notifier } from '../../index.js';

/** Keeps what people were told, newest last, instead of sending it. */
export class Inbox extends Notifier {
  readonly notifications: Notification[] = [];

  override async notify(notification: Notification): Promise<void> {
    this.notifications.push(notification);
  }

  to(address: string): Notification[] {
    return this.notifications.filter((notification) => notification.to === address);
  }

  /**
   * The newest of this kind for this address: `inbox.last('confirm-email', 'ann@example.org').token`.
   *
   * @throws Error that says what there is instead.
   */
  last<K extends NotificationKind>(kind: K, address: string): NotificationOf<K> {
    const found = this.to(address).findLast((notification): notification is NotificationOf<K> => notification.kind === kind);
    if (found === undefined) throw new Error(`Nobody was told "${kind}" at ${address}; there is ${JSON.stringify(this.kinds(address))}.`);
    return found;
  }

  kinds(address: string): NotificationKind[] {
    return this.to(address).map(({ kind }) => kind);
  }

  clear(): void {
    this.notifications.length = 0;
  }
}
