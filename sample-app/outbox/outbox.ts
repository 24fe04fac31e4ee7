import type { Mail } from 'nestjs-users';

/** A mail and when it came. */
export interface KeptMail {
  /** Counted from 1 since the process started. */
  readonly number: number;
  readonly mail: Mail;
  readonly keptAt: Date;
}

const KEPT = 50;

/** The mails that would have been sent, newest first: a mail transport for development. They live in memory and end with the process. */
export class Outbox {
  private kept: readonly KeptMail[] = [];
  private count = 0;

  /** Once each: what an SMTP server refuses comes again. */
  keep(mail: Mail): void {
    if (this.kept.some((one) => one.mail === mail)) return;
    this.kept = [{ number: ++this.count, mail, keptAt: new Date() }, ...this.kept].slice(0, KEPT);
  }

  newest(): readonly KeptMail[] {
    return this.kept;
  }

  find(number: number): KeptMail | undefined {
    return this.kept.find((one) => one.number === number);
  }
}
