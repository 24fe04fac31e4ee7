/** The part of a mail that the outbox shows. */
export interface OutgoingMail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

export interface KeptMail extends OutgoingMail {
  readonly sentAt: Date;
}

const KEPT = 50;

/** The mails that would have been sent, newest first: a mail transport for development. They live in memory and end with the process. */
export class Outbox {
  private mails: readonly KeptMail[] = [];

  keep({ to, subject, text }: OutgoingMail): void {
    this.mails = [{ to, subject, text, sentAt: new Date() }, ...this.mails].slice(0, KEPT);
  }

  newest(): readonly KeptMail[] {
    return this.mails;
  }
}
