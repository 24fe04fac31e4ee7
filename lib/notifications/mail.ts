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
 * mail went out makes it arrive twice.
 */
export type MailTransport = (mail: Mail) => Promise<unknown>;
