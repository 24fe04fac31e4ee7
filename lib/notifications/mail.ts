/** A rendered mail. No field but the bodies holds a line break, and `to` is one address: a transport may put them into headers. */
export interface Mail {
  readonly to: string;
  /** `"Notes" <no-reply@notes.example>` */
  readonly from: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly replyTo?: string;
}

/**
 * Hands one mail to whatever delivers it. A rejection means "not accepted": it is tried again, so a transport that rejects after the
 * mail went out makes it arrive twice. Only what an SMTP server refused for good is given up at once: a rejection whose `permanent` is true,
 * or whose `responseCode` is 500 to 599 (RFC 5321, 4.2.1), as nodemailer's are.
 *
 * @param signal aborted when the try takes too long, and when the application is gone: hand it on to what can be stopped.
 */
export type MailTransport = (mail: Mail, signal?: AbortSignal) => Promise<unknown>;
