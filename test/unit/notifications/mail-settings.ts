import { Issues } from '../../../lib/kernel/issues.js';
import {
  type MailOptions,
  type MailQueueSettings,
  type MailSettings,
  resolveMailOptions,
} from '../../../lib/notifications/notifications.options.js';

/** Resolved settings, with a queue as quick as a test needs it. */
export function mailSettings(options: MailOptions = {}, queue: Partial<MailQueueSettings> = {}): MailSettings {
  const issues = new Issues();
  const settings = resolveMailOptions(
    { from: 'no-reply@notes.example', baseUrl: 'https://notes.example', appName: 'Notes', ...options },
    issues,
    { production: true, ownNotifier: true },
  );
  issues.throwIfAny();
  return { ...settings, queue: { ...settings.queue, ...queue } };
}
