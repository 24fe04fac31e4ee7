import { describe, expect, it } from '@jest/globals';
import type { ExecutionContext } from '@nestjs/common';
import { type HttpAdapterHost, Reflector } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { GraphqlContextReader } from '../../../lib/extensions/graphql/graphql-context-reader.js';
import { FrameworkClientAddress } from '../../../lib/http/framework-client-address.js';
import { HttpExchanges } from '../../../lib/http/http-exchanges.js';
import { resolveHttpOptions } from '../../../lib/http/http.options.js';
import { RouteAccess } from '../../../lib/http/route-access.js';
import { SessionGuard } from '../../../lib/http/guards/session.guard.js';
import type { RequestAuthenticator } from '../../../lib/http/request-authenticator.js';
import { ForbiddenError } from '../../../lib/kernel/errors.js';
import { Issues } from '../../../lib/kernel/issues.js';
import { captureLog } from '../notifications/captured-log.js';

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

  it('names the mend in the log, once for each kind', async () => {
    const log = captureLog();
    const fresh = new HttpExchanges({} as HttpAdapterHost, new FrameworkClientAddress());
    for (const type of ['graphql', 'graphql', 'ws', 'graphql', 'rpc', 'unheard-of', 'unheard-of']) {
      expect(() => fresh.of(contextOf(type))).toThrow(ForbiddenError);
    }
    expect(log.map((line) => /nestjs-users\/\w+|HttpExchanges.readers/.exec(line)?.[0])).toEqual([
      'nestjs-users/graphql',
      'nestjs-users/websockets',
      'nestjs-users/microservices',
      'HttpExchanges.readers',
    ]);
  });

  it.each<[string, unknown[]]>([
    ['without a context', [undefined, {}, undefined, {}]],
    ['without a request', [undefined, {}, {}, {}]],
    ['whose request has no headers', [undefined, {}, { req: {} }, {}]],
    ['over a WebSocket', [undefined, {}, { req: { headers: { upgrade: 'websocket' } } }, {}]],
    ['with a request that was answered', [undefined, {}, { req: { headers: {}, res: { writableEnded: true } } }, {}]],
  ])('refuses a resolver %s [B-94]', (_what, args) => {
    const log = captureLog();
    const fresh = new HttpExchanges({} as HttpAdapterHost, new FrameworkClientAddress());
    fresh.readers.add(new GraphqlContextReader());
    const context = new ExecutionContextHost(args, Gateway, Gateway.prototype.handle);
    context.setType('graphql');
    expect(() => fresh.of(context)).toThrow(ForbiddenError);
    expect(log).toHaveLength(1);
  });
});
