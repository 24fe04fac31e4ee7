import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../kernel/clock.port.js';
import { parseEmail } from '../kernel/identifiers.js';
import type { Mail } from './mail.js';
import { mailFacts } from './mail-facts.js';
import { MailQueue } from './mail-queue.js';
import type { MailTemplate } from './mail-templates.js';
import { headerLine, renderWords } from './mail-words.js';
import type { Notification, NotificationKind } from './notification.js';
import { MailSettings } from './notifications.options.js';
import { Notifier } from './notifier.port.js';

/** Renders a notification and queues it as a mail. Never throws and never waits for the sending: what fails is logged, without token. */
@Injectable()
export class MailNotifier extends Notifier {
  private readonly logger = new Logger('UsersMail');

  constructor(
    private readonly settings: MailSettings,
    private readonly queue: MailQueue,
    private readonly clock: Clock,
  ) {
    super();
  }

  override async notify(notification: Notification): Promise<void> {
    // Rendering takes a moment that an answer about an unknown address would not take.
    await nextTurn();
    try {
      const mail = this.render(notification);
      if (mail === null) this.logger.error(`A ${notification.kind} mail was not sent: its recipient is no e-mail address.`);
      else this.queue.push(mail, notification.kind);
    } catch {
      // The message of a host's template may hold anything, the token too.
      this.logger.error(`A ${notification.kind} mail was not sent: its template (mail.templates) failed.`);
    }
  }

  private render(notification: Notification): Mail | null {
    // One address: a list or a display name smuggled in here would send the token to somebody else.
    const to = parseEmail(notification.to)?.shown;
    if (to === undefined) return null;
    const { from, replyTo, templates } = this.settings;
    const template = templates[notification.kind] as MailTemplate<NotificationKind>;
    const content = template(notification, mailFacts(notification, this.settings, this.clock.now()));
    const { subject, text, html } = 'lines' in content ? renderWords(content) : content;
    return { to, from, subject: headerLine(subject), text, html, ...(replyTo !== null && { replyTo }) };
  }
}
