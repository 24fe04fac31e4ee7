import { Injectable } from '@nestjs/common';
import type { RequestSource } from '../../kernel/request-source.js';
import { InvalidCredentialsError } from '../../sessions/sessions.errors.js';
import { UsersService } from '../../accounts/users.service.js';
import { HttpExchanges } from '../http-exchanges.js';
import { RequestAuthenticator } from '../request-authenticator.js';
import { type LocalCredentials, localCredentialsOf } from './local-credentials.js';

/** How both of Passport's strategies hand back what they found. */
export type Done = (error: unknown, user?: object | false) => void;

/** What our two strategies do, without Passport. */
@Injectable()
export class PassportStrategies {
  constructor(
    private readonly users: UsersService,
    private readonly exchanges: HttpExchanges,
    private readonly authenticator: RequestAuthenticator,
  ) {}

  /** @throws InvalidInputError as {@link localCredentialsOf} does. */
  credentialsOf(request: object): LocalCredentials {
    return localCredentialsOf(request);
  }

  sourceOf(request: object): RequestSource {
    return this.exchanges.ofRequest(request).sourceOfPerson;
  }

  /** Checks name and password against the same budgets as a log-in, and opens no session. Every no is one error. */
  async checkPassword({ login, password }: LocalCredentials, from: RequestSource): Promise<object> {
    const user = await this.users.verifyCredentials(login, password, from);
    if (user === null) throw new InvalidCredentialsError();
    return user;
  }

  /** The user of the request's session, by the rules of `SessionGuard`; the session is left at `request.auth`. */
  async checkSession(request: object & { auth?: unknown }): Promise<object> {
    const found = await this.authenticator.authenticate(this.exchanges.ofRequest(request), { isOptional: false, allowedNeeds: [] });
    if (found === null) throw new InvalidCredentialsError();
    request.auth = found;
    return found.user;
  }
}
