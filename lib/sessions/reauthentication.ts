import { Injectable } from '@nestjs/common';
import { Clock } from '../kernel/clock.port.js';
import { Fields } from '../kernel/fields.js';
import { RandomSource } from '../kernel/random-source.port.js';
import type { RequestSource } from '../kernel/request-source.js';
import { mintToken } from '../kernel/secret-token.js';
import { Database } from '../persistence/database.js';
import { Credentials } from './credentials.js';
import type { SessionRow } from './session.entity.js';
import type { OpenedSession } from './session-opening.js';
import { SessionStore } from './session.store.js';
import { InvalidSessionError } from './sessions.errors.js';

/** "Is it still you?": the password again, and then a new token for the same session (ASVS 5.0, 7.2.4). */
@Injectable()
export class Reauthentication {
  constructor(
    private readonly credentials: Credentials,
    private readonly store: SessionStore,
    private readonly random: RandomSource,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** @throws WrongPasswordError; InvalidSessionError when the session ended, or got another token, while the password was checked. */
  async renew(row: SessionRow, password: unknown, from?: RequestSource): Promise<OpenedSession> {
    const input = Fields.of({ password });
    const text = this.credentials.readPassword(input, 'password');
    input.done();
    await this.credentials.reprove(row.userId, text, from);
    const authenticatedAt = this.clock.now();
    const { token, secretHash } = mintToken('session', row.id, this.random);
    if (!(await this.store.replaceSecret(this.database, row, { secretHash, authenticatedAt }))) throw new InvalidSessionError('not_found');
    return { token, row: { ...row, secretHash, authenticatedAt } };
  }
}
