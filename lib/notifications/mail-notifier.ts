import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../kernel/clock.port.js';
import { parseEmail } from '../kernel/identifiers.js';
import type { Mail } from './mail.js';
import { mailFacts } from './mail-facts.js';
import { MailQueue } from './mail-queue.js';
import { MAIL_TEMPLATES, type MailTemplate, type MailTemplates } from './mail-templates.js';
import { type MailBody, renderContent } from './mail-words.js';
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
    } catch (error) {
      this.logger.error(`A ${notification.kind} mail was not sent: ${error instanceof Error ? error.name : 'it could not be rendered'}.`);
    }
  }

  private render(notification: Notification): Mail | null {
    // One address: a list or a display name smuggled in here would send the token to somebody else.
    const to = parseEmail(notification.to)?.shown;
    if (to === undefined) return null;
    const { from, replyTo } = this.settings;
    return { to, from, ...this.contentOf(notification), ...(replyTo !== null && { replyTo }) };
  }

  /** A host's template that fails does not cost the person the mail: it is sent in our words. */
  private contentOf(notification: Notification): MailBody {
    const { kind } = notification;
    try {
      return this.renderedBy(this.settings.templates, notification);
    } catch {
      // The message of a host's template may hold anything, the token too.
      this.logger.error(`The template of mail.templates['${kind}'] failed: the mail goes out in the library's own words.`);
      return this.renderedBy(MAIL_TEMPLATES, notification);
    }
  }

  private renderedBy(templates: MailTemplates, notification: Notification): MailBody {
    const template = templates[notification.kind] as MailTemplate<NotificationKind>;
    const content: unknown = template(notification, mailFacts(notification, this.settings, this.clock.now()));
    // What is async fails by its type; its rejection, left alone, would end the process.
    if (content instanceof Promise) content.catch(() => undefined);
    return renderContent(content as MailBody);
  }
}
