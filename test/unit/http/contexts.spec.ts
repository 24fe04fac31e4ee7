import { describe, expect, it } from '@jest/globals';
import type { ExecutionContext } from '@nestjs/common';
import { type HttpAdapterHost, Reflector } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { FrameworkClientAddress } from '../../../lib/http/framework-client-address.js';
import { HttpExchanges } from '../../../lib/http/http-exchanges.js';
import { resolveHttpOptions } from '../../../lib/http/http.options.js';
import { RouteAccess } from '../../../lib/http/route-access.js';
import { SessionGuard } from '../../../lib/http/guards/session.guard.js';
import type { RequestAuthenticator } from '../../../lib/http/request-authenticator.js';
import { ForbiddenError } from '../../../lib/kernel/errors.js';
import { Issues } from '../../../lib/kernel/issues.js';

class Gateway {
  handle(): void {}
}

function contextOf(type: string): ExecutionContext {
  const context = new ExecutionContextHost([{ headers: {} }, {}], Gateway, Gateway.prototype.handle);
  context.setType(type);
  return context;
}

describe('the session guard', () => {
  const authenticator = { authenticate: () => Promise.resolve({ user: {}, session: { needs: [] } }) } as unknown as RequestAuthenticator;
  const exchanges = new HttpExchanges({} as HttpAdapterHost, new FrameworkClientAddress());
  const guard = new SessionGuard(new RouteAccess(new Reflector(), resolveHttpOptions({}, new Issues())), exchanges, authenticator);

  it.each(['rpc', 'ws', 'graphql', 'unheard-of'])('refuses the context %j, of which it can read nothing [B-93] [B-94]', async (type) => {
    await expect(guard.canActivate(contextOf(type))).rejects.toThrow(ForbiddenError);
  });
});
