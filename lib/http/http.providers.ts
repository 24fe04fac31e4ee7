import type { Provider } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ApiKeyCarrier } from './carriers/api-key.carrier.js';
import { BearerCarrier } from './carriers/bearer.carrier.js';
import { Carriers } from './carriers/carriers.js';
import { CookieCarrier } from './carriers/cookie.carrier.js';
import { DeviceCookie } from './carriers/device.cookie.js';
import { CrossSiteRule } from './cross-site.rule.js';
import { FastifyBodies } from './fastify-bodies.js';
import { AdminGuard } from './guards/admin.guard.js';
import { GlobalSessionGuard } from './guards/global-session.guard.js';
import { RecentLoginGuard } from './guards/recent-login.guard.js';
import { ResourceRoleGuard } from './guards/resource-role.guard.js';
import { RightsGuard } from './guards/rights.guard.js';
import { SessionGuard } from './guards/session.guard.js';
import { Memberships } from '../roles/memberships.js';
import { HttpExchanges } from './http-exchanges.js';
import { RequestAuthenticator } from './request-authenticator.js';
import { RequestSignIn } from './request-sign-in.js';
import { RouteAccess } from './route-access.js';
import { SessionAnswers } from './session-answers.js';
import { PassportRegistration } from './strategies/passport-registration.js';
import { PassportStrategies } from './strategies/passport-strategies.js';

/** Everything of the HTTP side but its settings and the client address, which the module provides by the host's options. */
export const HTTP_PROVIDERS: Provider[] = [
  BearerCarrier,
  ApiKeyCarrier,
  CookieCarrier,
  DeviceCookie,
  Carriers,
  CrossSiteRule,
  HttpExchanges,
  RequestAuthenticator,
  RequestSignIn,
  RouteAccess,
  SessionAnswers,
  FastifyBodies,
  PassportStrategies,
  PassportRegistration,
  SessionGuard,
  AdminGuard,
  RecentLoginGuard,
  RightsGuard,
  ResourceRoleGuard,
  { provide: APP_GUARD, useClass: GlobalSessionGuard },
];

/** What the guards need in the host's modules, where Nest makes them: it must be exported, though no host uses it. */
export const HTTP_EXPORTS = [
  RouteAccess,
  HttpExchanges,
  RequestAuthenticator,
  RequestSignIn,
  Memberships,
  SessionGuard,
  AdminGuard,
  RecentLoginGuard,
  RightsGuard,
  ResourceRoleGuard,
];
