import type { Provider } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { BearerCarrier } from './carriers/bearer.carrier.js';
import { Carriers } from './carriers/carriers.js';
import { CookieCarrier } from './carriers/cookie.carrier.js';
import { CrossSiteRule } from './cross-site.rule.js';
import { FastifyBodies } from './fastify-bodies.js';
import { AdminGuard } from './guards/admin.guard.js';
import { GlobalSessionGuard } from './guards/global-session.guard.js';
import { SessionGuard } from './guards/session.guard.js';
import { HttpExchanges } from './http-exchanges.js';
import { RequestAuthenticator } from './request-authenticator.js';
import { RouteAccess } from './route-access.js';
import { SessionAnswers } from './session-answers.js';
import { PassportRegistration } from './strategies/passport-registration.js';
import { PassportStrategies } from './strategies/passport-strategies.js';

/** Everything of the HTTP side but its settings and the client address, which the module provides by the host's options. */
export const HTTP_PROVIDERS: Provider[] = [
  BearerCarrier,
  CookieCarrier,
  Carriers,
  CrossSiteRule,
  HttpExchanges,
  RequestAuthenticator,
  RouteAccess,
  SessionAnswers,
  FastifyBodies,
  PassportStrategies,
  PassportRegistration,
  SessionGuard,
  AdminGuard,
  { provide: APP_GUARD, useClass: GlobalSessionGuard },
];

/** What the guards need in the host's modules, where Nest makes them: it must be exported, though no host uses it. */
export const HTTP_EXPORTS = [RouteAccess, HttpExchanges, RequestAuthenticator, SessionGuard, AdminGuard];
