import { Logger } from '@nestjs/common';
import type { MailTransport } from './mail.js';

/**
 * For development: writes each mail to the log, link and all, so that a person can press it. Never chosen in production, where a log
 * must hold no token.
 */
export function loggingTransport(): MailTransport {
  const logger = new Logger('UsersMail');
  let hasWarned = false;
  return async ({ to, subject, text }) => {
    if (!hasWarned) logger.warn(NOT_CONFIGURED);
    hasWarned = true;
    logger.log(`Mail to ${to}: ${subject}\n\n${text}`);
  };
}

/** Sends nothing: what `mail.allowNoMail` asks for. Says so once. */
export function discardingTransport(): MailTransport {
  const logger = new Logger('UsersMail');
  let hasWarned = false;
  return async () => {
    if (!hasWarned)
      logger.warn('mail.allowNoMail is set: no mail leaves this process, so nobody can confirm an address or reset a password.');
    hasWarned = true;
  };
}

const NOT_CONFIGURED =
  'NO MAIL IS CONFIGURED: mails are only written to this log. To send them, give UsersModule.forRoot({ mail: { from, baseUrl, transport } }), ' +
  "with transport: nodemailerTransport({ url: 'smtp://...' }) from 'nestjs-users/nodemailer', or (mail) => yourService.send(mail). In production the start fails without it.";
