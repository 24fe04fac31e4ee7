import { fold } from '../../kernel/identifiers.js';
import { PasswordRule } from '../password-rule.port.js';
import type { PasswordSubject } from '../password-subject.js';

const BETWEEN_WORDS = /[^\p{L}\p{M}\p{N}]+/u;

/**
 * Not one's own name, address or the app's name, and not made of nothing but their words: `ann.smith@example.com`, `AnnSmith` and
 * `smith-ann` are refused to Ann Smith, `ann likes tea` is not. Whole words only: who is called Al may write `algebra`.
 */
export class SimilarRule extends PasswordRule {
  constructor(private readonly contextWords: readonly string[]) {
    super();
  }

  override faultOf(password: string, about: PasswordSubject): 'USERS_PASSWORD_TOO_SIMILAR' | null {
    const names = [...namesOf(about), ...this.contextWords].map(fold);
    const words = wordsOf(fold(password));
    // Without a letter or a digit there are no words to compare, and every such name would look alike.
    if (words.length === 0) return null;
    const nameWords = names.map(wordsOf);
    const known = new Set(nameWords.flat());
    const run = words.join('');
    const isOwn = words.every((word) => known.has(word)) || nameWords.some((own) => own.join('') === run);
    return isOwn ? 'USERS_PASSWORD_TOO_SIMILAR' : null;
  }
}

function namesOf({ username, email, displayName }: PasswordSubject): string[] {
  const localPart = email?.slice(0, email.lastIndexOf('@'));
  return [username, email, localPart, displayName].filter((name) => typeof name === 'string');
}

function wordsOf(text: string): string[] {
  return text.split(BETWEEN_WORDS).filter((word) => word !== '');
}
