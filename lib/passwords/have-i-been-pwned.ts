import { createHash } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { BreachChecker } from './breach-checker.port.js';

/** Where and how long to ask; lengths in milliseconds. */
export interface BreachSettings {
  /** Up to the five characters. */
  readonly url: string;
  readonly timeout: number;
}

const PREFIX_LENGTH = 5;
/** A range has some 800 to 1 000 lines of 40 bytes; a server that sends without end must not fill the memory. */
const MAX_BYTES = 1_048_576;
const LINE = /^([0-9A-F]{35}):(\d+)$/;

/**
 * Asks Have I Been Pwned, or a server like it, for a range: it learns five of the forty characters of a SHA-1, as hundreds of other passwords
 * have them, and never the password or its whole hash. Whatever goes wrong lets the password through, with a line in the log.
 */
export class HaveIBeenPwned extends BreachChecker {
  private readonly logger = new Logger('Passwords');

  constructor(private readonly settings: BreachSettings) {
    super();
  }

  override async isBreached(password: string): Promise<boolean> {
    const hash = createHash('sha1').update(password).digest('hex').toUpperCase();
    try {
      return contains(await this.range(hash.slice(0, PREFIX_LENGTH)), hash.slice(PREFIX_LENGTH));
    } catch (error) {
      this.logger.warn(`Nobody could say whether a new password was in a leak, so it passes: ${reasonOf(error)}`);
      return false;
    }
  }

  private async range(prefix: string): Promise<string> {
    const response = await fetch(`${this.settings.url}${prefix}`, {
      // Padding: how long the answer is would tell a listener which range it was.
      headers: { 'add-padding': 'true', 'user-agent': 'nestjs-users', accept: 'text/plain' },
      redirect: 'error',
      signal: AbortSignal.timeout(this.settings.timeout),
    });
    if (!response.ok || response.body === null) throw new Error(`it answered ${response.status}`);
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body) {
      size += (chunk as Uint8Array).byteLength;
      if (size > MAX_BYTES) throw new Error('its answer is too long');
      chunks.push(chunk as Uint8Array);
    }
    return Buffer.concat(chunks).toString('latin1');
  }
}

/** Lines with a count of 0 are padding. */
function contains(range: string, suffix: string): boolean {
  return range.split('\n').some((line) => {
    const [, found, count] = LINE.exec(line.trim()) ?? [];
    return found === suffix && Number(count) > 0;
  });
}

/** `fetch` says "fetch failed", and why underneath. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as { message?: string; cause?: { message?: string; code?: string } };
  return cause?.code ?? cause?.message ?? message ?? String(error);
}
