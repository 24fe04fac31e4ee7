import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Controller, type INestApplication, Module, type Type } from '@nestjs/common';
import { Args, GraphQLModule, Query, Resolver } from '@nestjs/graphql';
import { type ClientProxy, ClientProxyFactory, MessagePattern, Transport } from '@nestjs/microservices';
import { WsAdapter } from '@nestjs/platform-ws';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import {
  CurrentSession,
  ImpersonationService,
  type Membership,
  NotWhileActing,
  RecentLogin,
  RequirePermission,
  RequireResourceRole,
  RequireRole,
  RequireScope,
} from 'nestjs-users';
import { UsersGraphqlModule } from 'nestjs-users/graphql';
import { UsersMicroservicesModule } from 'nestjs-users/microservices';
import { SessionGateway, UsersWebSocketsModule } from 'nestjs-users/websockets';
import { lastValueFrom } from 'rxjs';
import { freePort } from '../../support/free-port.js';
import { HostApp, PASSWORD } from '../../support/host-app.js';
import { closeAll, plainWs } from './socket-clients.js';

/** What a handler answers: who acts, if anybody does. */
const inside = (session: CurrentSession): string => session.actor?.reason ?? 'in';
const answer = (data: unknown): { event: string; data: unknown } => ({ event: 'answer', data });
const LIST = { resource: 'list' };

@Resolver()
class DecoratedResolver {
  @Query(() => String) @RequirePermission('note:write') permission(@CurrentSession() session: CurrentSession) {
    return inside(session);
  }
  @Query(() => String) @RequireRole('editor') role(@CurrentSession() session: CurrentSession) {
    return inside(session);
  }
  @Query(() => String) @RequireScope('notes') scope(@CurrentSession() session: CurrentSession) {
    return inside(session);
  }
  @Query(() => String) @RecentLogin('5m') recent(@CurrentSession() session: CurrentSession) {
    return inside(session);
  }
  @Query(() => String) @RequireResourceRole('member', LIST) member(@Args('id') _id: string, @CurrentSession() session: CurrentSession) {
    return inside(session);
  }
  @Query(() => String) @NotWhileActing() himself(@CurrentSession() session: CurrentSession) {
    return inside(session);
  }
}

@WebSocketGateway()
@SessionGateway()
class DecoratedGateway {
  @SubscribeMessage('permission') @RequirePermission('note:write') permission(@CurrentSession() session: CurrentSession) {
    return answer(inside(session));
  }
  @SubscribeMessage('role') @RequireRole('editor') role(@CurrentSession() session: CurrentSession) {
    return answer(inside(session));
  }
  @SubscribeMessage('scope') @RequireScope('notes') scope(@CurrentSession() session: CurrentSession) {
    return answer(inside(session));
  }
  @SubscribeMessage('recent') @RecentLogin('5m') recent(@CurrentSession() session: CurrentSession) {
    return answer(inside(session));
  }
  @SubscribeMessage('member') @RequireResourceRole('member', LIST) member(@CurrentSession() session: CurrentSession) {
    return answer(inside(session));
  }
  @SubscribeMessage('himself') @NotWhileActing() himself(@CurrentSession() session: CurrentSession) {
    return answer(inside(session));
  }
}

@Controller()
class DecoratedHandlers {
  @MessagePattern('permission') @RequirePermission('note:write') permission(@CurrentSession() session: CurrentSession) {
    return inside(session);
  }
  @MessagePattern('role') @RequireRole('editor') role(@CurrentSession() session: CurrentSession) {
    return inside(session);
  }
  @MessagePattern('scope') @RequireScope('notes') scope(@CurrentSession() session: CurrentSession) {
    return inside(session);
  }
  @MessagePattern('recent') @RecentLogin('5m') recent(@CurrentSession() session: CurrentSession) {
    return inside(session);
  }
  @MessagePattern('member') @RequireResourceRole('member', LIST) member(@CurrentSession() session: CurrentSession) {
    return inside(session);
  }
  @MessagePattern('himself') @NotWhileActing() himself(@CurrentSession() session: CurrentSession) {
    return inside(session);
  }
}

const NAMES = ['permission', 'role', 'scope', 'recent', 'member', 'himself'];
const CONTEXTS = ['graphql', 'ws', 'rpc'] as const;
type Context = (typeof CONTEXTS)[number];

let host: HostApp;
let rpc: ClientProxy;
let annId: string;
let token: string;
let memberships: Membership[] = [];

beforeAll(async () => {
  const port = await freePort();
  let app!: INestApplication;
  @Module({
    imports: [
      GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, autoSchemaFile: true, graphiql: false, csrfPrevention: false }),
      UsersGraphqlModule,
      UsersWebSocketsModule.forRoot({ recheck: false }),
      UsersMicroservicesModule.forRoot({ token: 'token' }),
    ],
    providers: [DecoratedResolver, DecoratedGateway],
  })
  class Contexts {}
  host = await HostApp.start({
    listen: 'express',
    controllers: [DecoratedHandlers],
    modules: [Contexts as Type],
    memberships: { levels: ['public', 'member'], load: (userId) => Promise.resolve(userId === annId ? memberships : []) },
    configure: (it) => {
      app = it;
      app.useWebSocketAdapter(new WsAdapter(app));
      app.connectMicroservice({ transport: Transport.TCP, options: { host: '127.0.0.1', port } });
    },
  });
  await app.startAllMicroservices();
  rpc = ClientProxyFactory.create({ transport: Transport.TCP, options: { host: '127.0.0.1', port } });
  annId = (await host.user('ann')).id;
});
afterAll(async () => {
  closeAll();
  await rpc.close();
  await host.close();
});
beforeEach(async () => {
  memberships = [];
  await host.users.setPermissions(annId, []);
  await host.users.setRoles(annId, []);
  token = (await host.sessions.login({ login: 'ann', password: PASSWORD })).token;
});

/** What a handler said, or the code of its refusal. */
async function call(
  context: Context,
  name: string,
  { by = token, id = '5', key }: { by?: string; id?: unknown; key?: string } = {},
): Promise<unknown> {
  if (context === 'graphql') {
    const query = `{ ${name}${name === 'member' ? `(id: ${JSON.stringify(id)})` : ''} }`;
    const request = key === undefined ? { token: by } : { headers: { 'x-api-key': key } };
    const { body } = await host.client().post('/graphql', { query }, by === '' ? {} : request);
    return body.data?.[name] ?? body.errors[0].extensions.code;
  }
  if (context === 'rpc')
    return lastValueFrom(rpc.send(name, { token: by, id })).catch((error: unknown) => (error as { code: unknown }).code);
  const headers = key === undefined ? { authorization: `Bearer ${by}` } : { 'x-api-key': key };
  const client = await plainWs(host.url, { headers });
  if (client.refused !== null) return client.refused;
  const said = await client.ask(name, { id });
  return (said as { code?: unknown }).code ?? said;
}
const all = (context: Context, more = {}): Promise<unknown[]> => Promise.all(NAMES.map((name) => call(context, name, more)));

describe.each(CONTEXTS)('the decorators in the context %s [4.16]', (context) => {
  it('refuse nobody, and who has nothing [B-93]', async () => {
    expect(new Set(await all(context, { by: '' }))).toEqual(new Set(['USERS_UNAUTHENTICATED']));
    expect(await all(context)).toEqual(['USERS_FORBIDDEN', 'USERS_FORBIDDEN', 'in', 'in', 'USERS_FORBIDDEN', 'in']);
  });

  it('let in who has what is asked for, as of this moment [5.2] [5.3]', async () => {
    await host.users.setPermissions(annId, ['note:write']);
    await host.users.setRoles(annId, ['editor']);
    memberships = [{ resource: 'list', id: 5, level: 'member' }];
    expect(await all(context)).toEqual(NAMES.map(() => 'in'));
    expect(await call(context, 'member', { id: '6' })).toBe('USERS_FORBIDDEN');
    await host.users.removePermissions(annId, ['note:write']);
    expect(await call(context, 'permission')).toBe('USERS_FORBIDDEN');
  });

  it('ask again who he is, after a while', async () => {
    host.clock.advance('6m');
    expect(await call(context, 'recent')).toBe('USERS_REAUTHENTICATION_REQUIRED');
  });

  it('know who acts in another name, and close what is for the user himself [4.17] [B-129]', async () => {
    const { id } = await host.user(`agent-${context}`);
    await host.users.setPermissions(id, ['users.impersonate']);
    const { session } = await host.sessions.open(id);
    const acting = await host.app.get(ImpersonationService, { strict: false }).start(session.id, annId, { reason: 'ticket 4711' });
    await host.users.setPermissions(annId, ['note:write']);
    expect(await all(context, { by: acting.token })).toEqual([
      ...['ticket 4711', 'USERS_FORBIDDEN', 'ticket 4711'],
      ...['USERS_ACTING', 'USERS_FORBIDDEN', 'USERS_ACTING'],
    ]);
    await host.users.removePermissions(id, ['users.impersonate']);
    expect(await call(context, 'scope', { by: acting.token })).toBe('USERS_UNAUTHENTICATED');
  });
});

describe('API keys', () => {
  it('come in by GraphQL where a resolver says what they must be good for, and nowhere else [4.15]', async () => {
    await host.users.setPermissions(annId, ['note:write']);
    const { key } = await host.sessions.createApiKey(annId, { name: 'program', scopes: ['notes', 'note:write'] });
    const refused = 'USERS_SCOPE_MISSING';
    expect(await all('graphql', { key })).toEqual(['in', refused, 'in', refused, refused, refused]);
  });

  it('open no socket: its messages would go everywhere', async () => {
    const { key } = await host.sessions.createApiKey(annId, { name: 'program', scopes: ['notes'] });
    expect(await call('ws', 'scope', { key })).toBe('USERS_SCOPE_MISSING');
  });
});

describe('sockets of who acts in another name', () => {
  it('by his own session are closed as soon as he begins', async () => {
    const { id } = await host.user('helper');
    await host.users.setPermissions(id, ['users.impersonate']);
    const own = await host.sessions.open(id);
    const client = await plainWs(host.url, { headers: { authorization: `Bearer ${own.token}` } });
    expect(await client.ask('scope')).toBe('in');
    await host.app.get(ImpersonationService, { strict: false }).start(own.session.id, annId, { reason: 'x' });
    expect(await client.closed()).toBe(4401);
  });

  it.each<[string, (ids: { agent: string; session: string }) => Promise<unknown>]>([
    ['his own session ends', ({ session }) => host.sessions.end(session)],
    ['all his sessions end', ({ agent }) => host.sessions.endAll({ userId: agent })],
    ['he is banned', ({ agent }) => host.users.ban(agent)],
  ])('are closed as soon as %s [4.17] [B-128]', async (what, end) => {
    const { id } = await host.users.create({ username: what.replaceAll(' ', '-') });
    await host.users.setPermissions(id, ['users.impersonate']);
    const { session } = await host.sessions.open(id);
    const acting = await host.app.get(ImpersonationService, { strict: false }).start(session.id, annId, { reason: 'x' });
    const client = await plainWs(host.url, { headers: { authorization: `Bearer ${acting.token}` } });
    expect(await client.ask('scope')).toBe('x');
    await end({ agent: id, session: session.id });
    expect(await client.closed()).toBe(4401);
  });
});
