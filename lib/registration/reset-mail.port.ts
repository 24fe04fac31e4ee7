/** Mails a link by which somebody chooses a password. The folder of resets answers; the composition joins the two. */
export abstract class ResetMail {
  /** Answers at once; within the budget of mails the link goes to whoever is active and has this address. */
  abstract send(email: string): Promise<void>;
}
