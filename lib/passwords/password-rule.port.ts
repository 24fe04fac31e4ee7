import type { PasswordSubject } from './password-subject.js';

/** A reason to refuse a new password: a stable code for programs. */
export type PasswordFault = string;

/** One check of a new password. It sees the password in NFC, well-formed and not too long. */
export abstract class PasswordRule {
  /** @returns why `password` is refused, or `null`. */
  abstract faultOf(password: string, about: PasswordSubject): PasswordFault | null | Promise<PasswordFault | null>;
}
