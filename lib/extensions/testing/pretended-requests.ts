import type { HttpAdapterHost } from '@nestjs/core';
import { InvalidSessionError, ReauthenticationRequiredError, type Session, type SessionContext } from '../../index.js';
import { type AuthenticationDemand, type HttpExchange, HttpExchanges, RequestAuthenticator } from '../../extend.js';

interface Response {
  header?(name: string, value: unknown): void;
  getHeader?(name: string): unknown;
}

/** Express's and Fastify's answers have these two in common; a unit test's may have neither. */
const EITHER_FRAMEWORK = {
  getHeader: (response: Response | undefined, name: string) => response?.getHeader?.(name),
  setHeader: (response: Response | undefined, name: string, value: string) => response?.header?.(name, value),
};

/** The requests of all tests in this process, whoever asks: the guard that pretends has no module to take an instance from. */
export const exchanges = new HttpExchanges({ httpAdapter: EITHER_FRAMEWORK } as unknown as HttpAdapterHost, { of: () => null });

/** Authenticates every request as the same person, or none, by the rules of the real one: needs and optional routes hold. */
export function authenticatorOf(context: SessionContext | null): RequestAuthenticator {
  const is = context === null ? 'absent' : 'token';
  const parts = [
    { read: () => ({ is, token: 'pretended', carrier: null, hasSessionCookie: false }) },
    { check: () => undefined },
    { authenticate: () => Promise.resolve(context), requireRecentLogin: requireRecent },
  ];
  return new RequestAuthenticator(...(parts as unknown as ConstructorParameters<typeof RequestAuthenticator>));
}

/** No clock runs here: a pretended log-in is recent unless the test says `session: { recentUntil: new Date(0) }`. */
function requireRecent({ recentUntil, createdAt }: Session): void {
  if (recentUntil <= createdAt) throw new ReauthenticationRequiredError();
}

const answering = new WeakMap<HttpExchange, RequestAuthenticator>();

/** Lets every later guard of this request ask `authenticator`. */
export function answerFor(exchange: HttpExchange, authenticator: RequestAuthenticator): void {
  answering.set(exchange, authenticator);
}

/** What the guards behind the one that pretends ask: nobody is signed in unless that one said so. */
export const behindThePretence = {
  async authenticate(exchange: HttpExchange, demand: AuthenticationDemand): Promise<SessionContext | null> {
    const answer = answering.get(exchange);
    if (answer !== undefined) return answer.authenticate(exchange, demand);
    if (demand.isOptional) return null;
    throw new InvalidSessionError('missing');
  },
};
