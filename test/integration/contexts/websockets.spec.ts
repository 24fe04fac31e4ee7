import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Inject, Injectable, type INestApplication, Module, type Type, UseGuards } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { WsAdapter } from '@nestjs/platform-ws';
import { BaseWsExceptionFilter, ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import {
  AdminOnly,
  BaseUser,
  CurrentSession,
  CurrentUser,
  defineUsers,
  InvalidOptionsError,
  Public,
  SessionGuard,
  SessionsService,
  UsernameTakenError,
  UsersModule,
  UsersService,
} from 'nestjs-users';
import { Entity } from 'typeorm';
import { SessionGateway, SocketSessions, UsersWebSocketsModule } from 'nestjs-users/websockets';
import { type Framework, HostApp, type HostOptions, PASSWORD } from '../../support/host-app.js';
import { Statements } from '../../support/statements.js';
import { closeAll, plainWs, type SocketClient, socketIo } from './socket-clients.js';

const calls: string[] = [];
const servers: unknown[] = [];

/** What both adapters send as one message. */
const answer = (data: unknown): { event: string; data: unknown } => ({ event: 'answer', data });

@WebSocketGateway()
@SessionGateway()
class ChatGateway {
  constructor(private readonly sockets: SocketSessions) {}

  afterInit(server: unknown): void {
    servers.push(server);
    calls.push('afterInit');
  }
  handleConnection(client: object): void {
    calls.push(`connected ${String(this.sockets.contextOf(client)?.user.username)}`);
  }
  @SubscribeMessage('whoami') whoami(@CurrentUser() user: CurrentUser, @CurrentSession('id') session: string): unknown {
    calls.push('whoami');
    return answer({ name: user.username, session });
  }
  @SubscribeMessage('echo') echo(
    @MessageBody() body: unknown,
    @CurrentUser('username') name: string,
    @ConnectedSocket() _client: object,
  ): unknown {
    return answer({ body, name });
  }
  @SubscribeMessage('taken') taken(): never {
    throw new UsernameTakenError();
  }
  @SubscribeMessage('broken') broken(): never {
    throw new Error('the inside');
  }
  @SubscribeMessage('rule') @AdminOnly() rule(): unknown {
    calls.push('rule');
    return answer('ruled');
  }
  @SubscribeMessage('version') @Public() version(): unknown {
    return answer(1);
  }
}

@WebSocketGateway()
@SessionGateway({ optional: true })
class OpenGateway {
  @SubscribeMessage('hello') hello(@CurrentUser() user: CurrentUser | null): unknown {
    return answer(user?.username ?? 'stranger');
  }
  @SubscribeMessage('secret') @UseGuards(SessionGuard) secret(): unknown {
    calls.push('secret');
    return answer('secret');
  }
  @SubscribeMessage('unguarded') @Public() unguarded(@CurrentUser() user: CurrentUser): unknown {
    return answer(user.username);
  }
}

@WebSocketGateway()
@UseGuards(SessionGuard)
class ForgetfulGateway {
  @SubscribeMessage('whoami') whoami(): unknown {
    calls.push('whoami');
    return answer('in');
  }
}

@Entity('staff_users')
class Staff extends BaseUser {}
const staff = defineUsers({ name: 'staff', user: Staff, tablePrefix: 'staff_' });

/** On socket.io a namespace, on ws a path: a server of its own beside that of the usual space. */
const OFFICE = { namespace: 'office', path: '/office' };

function officeFor(kind: 'namespace' | 'path'): Type {
  @WebSocketGateway({ [kind]: OFFICE[kind] })
  @SessionGateway({ space: staff })
  class OfficeGateway {
    constructor(@Inject(SocketSessions.of(staff)) private readonly sockets: SocketSessions) {}
    handleConnection(client: object): void {
      calls.push(`office ${String(this.sockets.contextOf(client)?.user instanceof Staff)}`);
    }
    @SubscribeMessage('whoami') whoami(@CurrentUser() user: BaseUser): unknown {
      return answer({ name: user.username, isStaff: user instanceof Staff });
    }
    @SubscribeMessage('rule') @staff.AdminOnly() rule(): unknown {
      return answer('ruled');
    }
  }
  return OfficeGateway;
}

@Injectable()
class Other {
  constructor(@Inject(SocketSessions.of(staff)) readonly sockets: SocketSessions) {}
}

interface Kind {
  readonly connect: typeof socketIo;
  readonly adapter: (app: INestApplication) => WsAdapter | IoAdapter;
  /** How a socket is closed whose session ended. */
  readonly end: number | string;
  readonly framework: Framework;
}

/** Nest 11 tells a client of ws nothing of an exception: it emits it on the server's side of the socket. */
const TELLS_WS = 'emitMessage' in BaseWsExceptionFilter.prototype;
const isAnswered = (connect: Kind['connect']): boolean => TELLS_WS || connect === socketIo;
const unanswered = (client: SocketClient): Promise<void> => expect(client.ask('whoami')).rejects.toThrow('Nothing came');

/** The space is a module of the host's like any other; its routes are not mounted. */
@Injectable()
class Doorman {
  constructor(
    readonly customers: UsersService,
    readonly visits: SessionsService,
    @Inject(staff.UsersService) readonly employees: UsersService<Staff>,
    @Inject(staff.SessionsService) readonly shifts: SessionsService<Staff>,
  ) {}
}
@Module({ imports: [UsersModule.forRoot({ space: staff, migrate: true })], providers: [Doorman] })
class StaffModule {}
const STAFF = StaffModule as Type;

const KINDS: Record<string, Kind> = {
  'socket.io on Express': { connect: socketIo, adapter: (app) => new IoAdapter(app), end: 'io server disconnect', framework: 'express' },
  'socket.io on Fastify': { connect: socketIo, adapter: (app) => new IoAdapter(app), end: 'io server disconnect', framework: 'fastify' },
  'ws on Express': { connect: plainWs, adapter: (app) => new WsAdapter(app), end: 4401, framework: 'express' },
  'ws on Fastify': { connect: plainWs, adapter: (app) => new WsAdapter(app), end: 4401, framework: 'fastify' },
};

describe.each(Object.entries(KINDS))('a gateway with %s', (_name, { connect, adapter, end, framework }) => {
  let host: HostApp;
  afterEach(async () => {
    closeAll();
    await host.close();
  });

  async function start(gateway: Type, options: HostOptions & { withoutUs?: boolean } = {}): Promise<void> {
    const { withoutUs = false, modules = [], ...rest } = options;
    @Module({ imports: withoutUs ? [] : [UsersWebSocketsModule.forRoot({ recheck: false })], providers: [gateway] })
    class Sockets {}
    calls.length = 0;
    host = await HostApp.start({
      listen: framework,
      modules: [Sockets as Type, ...modules],
      configure: (app) => void app.useWebSocketAdapter(adapter(app)),
      ...rest,
    });
  }

  async function login(name: string, more = {}): ReturnType<SessionsService['login']> {
    if ((await host.users.find({ username: name })) === null) await host.user(name, more);
    return host.sessions.login({ login: name, password: PASSWORD });
  }
  const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
  const signedIn = async (token: string): Promise<SocketClient> => {
    const client = await connect(host.url, bearer(token));
    expect(client.refused).toBeNull();
    return client;
  };

  it('lets in a bearer token and tells handlers whose it is', async () => {
    await start(ChatGateway);
    const { token, session } = await login('ann');
    const client = await signedIn(token);
    expect(await client.ask('whoami')).toEqual({ name: 'ann', session: session.id });
    expect(await client.ask('echo', { a: 1 })).toEqual({ body: { a: 1 }, name: 'ann' });
    expect(await client.ask('echo', 'text')).toEqual({ body: 'text', name: 'ann' });
    expect(calls.slice(0, 2)).toEqual(['afterInit', 'connected ann']);
  });

  it('refuses a handshake without a good session, before anything of the host runs', async () => {
    await start(ChatGateway);
    const { token } = await login('ann');
    await host.sessions.endByToken(token);
    for (const handshake of [{}, bearer(token), bearer('nonsense'), { headers: { cookie: `session=${token}` } }]) {
      const { refused } = await connect(host.url, handshake);
      expect(refused).toMatch(/^USERS_(UNAUTHENTICATED|CROSS_SITE)$/);
    }
    expect(calls).toEqual(['afterInit']);
  });

  it('never reads the token from the query string', async () => {
    await start(ChatGateway);
    const { token } = await login('ann');
    for (const name of ['token', 'access_token', 'auth']) {
      const { refused } = await connect(host.url, { query: `?${name}=${token}` });
      expect(refused).toBe('USERS_UNAUTHENTICATED');
    }
  });

  it('lets in a cookie from pages of ours alone', async () => {
    await start(ChatGateway, { http: { origins: ['https://app.example'] } });
    const { token } = await login('ann');
    const from = async (headers: Record<string, string>) =>
      (await connect(host.url, { headers: { cookie: `session=${token}`, ...headers } })).refused;
    expect(await from({ origin: 'https://evil.example' })).toBe('USERS_CROSS_SITE');
    expect(await from({ origin: 'https://app.example', 'sec-fetch-site': 'cross-site' })).toBeNull();
    expect(await from({ origin: host.url })).toBeNull();
    expect(await from({ origin: 'null' })).toBe('USERS_CROSS_SITE');
    expect(await from({})).toBe('USERS_CROSS_SITE');
  });

  it('asks once for each message, however many guards stand before its handler', async () => {
    await start(ChatGateway);
    const { token } = await login('root', { isAdmin: true });
    const client = await signedIn(token);
    const statements = Statements.of(host.dataSource);
    expect(await statements.before(() => client.ask('rule'))).toHaveLength(1);
    expect(await statements.before(() => client.ask('whoami'))).toHaveLength(1);
    expect(await statements.before(() => client.ask('version'))).toHaveLength(0);
  });

  it('sees at the next message what became of the user', async () => {
    await start(ChatGateway);
    const { token, user } = await login('ann');
    const client = await signedIn(token);
    expect(await client.ask('rule')).toMatchObject({ code: 'USERS_FORBIDDEN', statusCode: 403 });
    await host.users.setAdmin({ id: user.id }, true);
    expect(await client.ask('rule')).toBe('ruled');
    expect(client.isOpen()).toBe(true);
  });

  it.each<[string, (ids: { session: string; user: string }) => Promise<unknown>]>([
    ['the session ends', ({ session }) => host.sessions.end(session)],
    ['all sessions of the user end', ({ user }) => host.sessions.endAll({ userId: user })],
    ["everybody's sessions end", () => host.sessions.endAll({ everyone: true })],
    ['a blackout shuts everybody out', () => host.sessions.endAllBefore()],
    ['the user is banned', ({ user }) => host.users.ban({ id: user }, { reason: 'spam' })],
    ['the user is deactivated', ({ user }) => host.users.deactivate({ id: user })],
    ['the user is deleted', ({ user }) => host.users.delete({ id: user })],
  ])('closes idle sockets as soon as %s [B-80] [5.6] [5.8]', async (_what, act) => {
    await start(ChatGateway);
    const { token, session, user } = await login('ann');
    const clients = [await signedIn(token), await signedIn(token)];
    await act({ session: session.id, user: user.id });
    for (const client of clients) expect(await client.closed()).toBe(end);
  });

  it('closes only the sockets of the session that ended [B-80]', async () => {
    await start(ChatGateway);
    const [first, second, bobs] = [await login('ann'), await login('ann'), await login('bob')];
    const [gone, stays, other] = [await signedIn(first.token), await signedIn(second.token), await signedIn(bobs.token)];
    await host.sessions.end(first.session.id);
    await gone.closed();
    await host.sessions.endAll({ userId: first.user.id, except: second.session.id });
    await host.sessions.endAll({ userId: first.user.id, state: 'expired' });
    expect(await stays.ask('whoami')).toMatchObject({ name: 'ann' });
    expect(await other.ask('whoami')).toMatchObject({ name: 'bob' });
  });

  it('refuses and closes at the next message what ended without an event, and finds it when it looks [B-80]', async () => {
    await start(ChatGateway);
    const [first, second] = [await login('ann'), await login('bob')];
    const [talking, idle] = [await signedIn(first.token), await signedIn(second.token)];
    host.clock.advance('31d');
    calls.length = 0;
    expect(await talking.ask('whoami')).toMatchObject({ code: 'USERS_UNAUTHENTICATED', statusCode: 401 });
    expect(await talking.closed()).toBe(end);
    expect(idle.isOpen()).toBe(true);
    await host.app.get(SocketSessions, { strict: false }).recheck();
    expect(await idle.closed()).toBe(end);
    expect(calls).toEqual([]);
  });

  it('closes a socket whose session ended while its handshake was under way [B-80]', async () => {
    await start(ChatGateway);
    const { token, session } = await login('ann');
    const ask = host.sessions.authenticate.bind(host.sessions);
    // The answer is good when it is read, and no longer when it arrives.
    host.sessions.authenticate = async (...args) => {
      host.sessions.authenticate = ask;
      const found = await ask(...args);
      await host.sessions.end(session.id);
      return found;
    };
    const client = await connect(host.url, bearer(token));
    await client.closed();
    expect(client.isOpen()).toBe(false);
  });

  it('keeps open what it cannot ask about, and refuses the messages', async () => {
    await start(ChatGateway);
    const { token } = await login('ann');
    const client = await signedIn(token);
    const ask = host.sessions.authenticate.bind(host.sessions);
    host.sessions.authenticate = () => Promise.reject(new Error('no database'));
    calls.length = 0;
    await host.app.get(SocketSessions, { strict: false }).recheck();
    expect(await client.ask('whoami')).toMatchObject({ code: 'USERS_UNAVAILABLE', statusCode: 503 });
    expect((await connect(host.url, bearer(token))).refused).toBe('USERS_UNAVAILABLE');
    expect(calls).toEqual([]);
    host.sessions.authenticate = ask;
    expect(await client.ask('whoami')).toMatchObject({ name: 'ann' });
  });

  it('lets in nobody as nobody where the gateway says so, and still guards what is guarded', async () => {
    await start(OpenGateway);
    const { token } = await login('ann');
    const [stranger, ann] = [await connect(host.url), await signedIn(token)];
    expect(await stranger.ask('hello')).toBe('stranger');
    expect(await ann.ask('hello')).toBe('ann');
    expect(await stranger.ask('secret')).toMatchObject({ code: 'USERS_UNAUTHENTICATED' });
    expect(stranger.isOpen()).toBe(true);
    expect(await ann.ask('secret')).toBe('secret');
    if (isAnswered(connect)) expect(await ann.ask('unguarded')).toMatchObject({ status: 'error' });
    expect((await connect(host.url, { headers: { origin: 'https://evil.example' } })).refused).toBe('USERS_CROSS_SITE');
  });

  it('tells the client our errors by code and message, and nothing of others', async () => {
    await start(ChatGateway);
    const client = await signedIn((await login('ann')).token);
    expect(await client.ask('taken')).toMatchObject({ statusCode: 409, code: 'USERS_USERNAME_TAKEN', message: expect.any(String) });
    if (isAnswered(connect)) expect(JSON.stringify(await client.ask('broken'))).not.toContain('the inside');
    expect(client.isOpen()).toBe(true);
  });

  it('serves another user space on a server of its own', async () => {
    const office = officeFor(connect === socketIo ? 'namespace' : 'path');
    @Module({ imports: [UsersWebSocketsModule.forRoot({ space: staff, recheck: false })], providers: [office] })
    class Office {}
    await start(ChatGateway, { modules: [STAFF, Office as Type] });
    const { customers, visits, employees, shifts } = host.app.get(Doorman, { strict: false });
    await customers.create({ username: 'ann', password: PASSWORD });
    await employees.create({ username: 'eve', password: PASSWORD });
    const [eve, ann] = [await shifts.login({ login: 'eve', password: PASSWORD }), await visits.login({ login: 'ann', password: PASSWORD })];
    const at = `${host.url}/office`;
    expect((await connect(at, bearer(ann.token))).refused).toBe('USERS_UNAUTHENTICATED');
    expect((await connect(host.url, bearer(eve.token))).refused).toBe('USERS_UNAUTHENTICATED');
    const [client, chatting] = [await connect(at, bearer(eve.token)), await signedIn(ann.token)];
    expect(await client.ask('whoami')).toEqual({ name: 'eve', isStaff: true });
    expect(await client.ask('rule')).toMatchObject({ code: 'USERS_FORBIDDEN' });
    expect(await chatting.ask('whoami')).toMatchObject({ name: 'ann' });
    expect(calls).toContain('office true');
    await shifts.end(eve.session.id);
    expect(await client.closed()).toBe(end);
    expect(chatting.isOpen()).toBe(true);
  });

  it('lets no second space guard one server', async () => {
    @Module({ imports: [UsersWebSocketsModule.forRoot({ space: staff, recheck: false })], providers: [Other] })
    class Office {}
    await start(ChatGateway, { modules: [STAFF, Office as Type] });
    const { sockets } = host.app.get(Other, { strict: false });
    expect(() => sockets.guard(servers.at(-1))).toThrow('Gateways of two user spaces share one server');
  });

  it('refuses every message where the handshakes are not checked [B-93]', async () => {
    await start(ForgetfulGateway);
    const { token } = await login('ann');
    const client = await connect(host.url, bearer(token));
    if (isAnswered(connect)) expect(await client.ask('whoami')).toMatchObject({ code: 'USERS_FORBIDDEN' });
    else await unanswered(client);
    expect(calls).toEqual([]);
  });

  it('refuses every message where the host forgot our module [B-93]', async () => {
    await start(ForgetfulGateway, { withoutUs: true });
    const { token } = await login('ann');
    const client = await connect(host.url, bearer(token));
    if (isAnswered(connect)) expect(await client.ask('whoami')).toMatchObject({ status: 'error' });
    else await unanswered(client);
    expect(calls).toEqual([]);
  });
});

describe('socket.io', () => {
  let host: HostApp;
  afterEach(async () => {
    closeAll();
    await host.close();
  });

  @WebSocketGateway({ namespace: 'chat' })
  @SessionGateway()
  class NamespaceGateway extends ChatGateway {}

  async function start(gateway: Type): Promise<string> {
    @Module({ imports: [UsersWebSocketsModule], providers: [gateway] })
    class Sockets {}
    host = await HostApp.start({
      listen: 'express',
      modules: [Sockets as Type],
      configure: (app) => void app.useWebSocketAdapter(new IoAdapter(app)),
    });
    await host.user();
    return (await host.sessions.login({ login: 'ann', password: PASSWORD })).token;
  }

  it('takes the token from auth.token, from whatever page', async () => {
    const token = await start(ChatGateway);
    const client = await socketIo(host.url, { auth: { token }, headers: { origin: 'https://evil.example' } });
    expect(await client.ask('whoami')).toMatchObject({ name: 'ann' });
  });

  it('believes neither of two tokens, nor one that is no text, and no cookie beside a bad one', async () => {
    const token = await start(ChatGateway);
    const handshakes = [
      { auth: { token }, headers: { authorization: `Bearer ${token}` } },
      { auth: { token: [token] } },
      { auth: { token: `Bearer ${token}` } },
      { auth: { token: '' }, headers: { cookie: `session=${token}`, 'sec-fetch-site': 'same-origin' } },
    ];
    for (const handshake of handshakes) expect((await socketIo(host.url, handshake)).refused).toBe('USERS_UNAUTHENTICATED');
    expect((await socketIo(host.url, { headers: { cookie: `session=${token}`, 'sec-fetch-site': 'same-origin' } })).refused).toBeNull();
  });

  it('looks for sessions that ran out of time as often as the host says [B-80]', async () => {
    @Module({ imports: [UsersWebSocketsModule.forRoot({ recheck: '1s' })], providers: [ChatGateway] })
    class Sockets {}
    host = await HostApp.start({
      listen: 'express',
      modules: [Sockets as Type],
      configure: (app) => void app.useWebSocketAdapter(new IoAdapter(app)),
    });
    await host.user();
    const { token } = await host.sessions.login({ login: 'ann', password: PASSWORD });
    const client = await socketIo(host.url, { auth: { token } });
    await wait(1_500);
    expect(client.isOpen()).toBe(true);
    host.clock.advance('31d');
    expect(await client.closed()).toBe('io server disconnect');
  });

  it('does not start with a recheck that is none', async () => {
    await start(ChatGateway);
    for (const recheck of ['soon', '0s', '30d', 60, null]) {
      expect(() => UsersWebSocketsModule.forRoot({ recheck: recheck as never })).toThrow(InvalidOptionsError);
    }
    expect(() => host.app.get(SocketSessions, { strict: false }).guard({})).toThrow(TypeError);
  });

  it('guards a namespace', async () => {
    const token = await start(NamespaceGateway);
    expect((await socketIo(`${host.url}/chat`)).refused).toBe('USERS_UNAUTHENTICATED');
    const client = await socketIo(`${host.url}/chat`, { auth: { token } });
    expect(await client.ask('whoami')).toMatchObject({ name: 'ann' });
    await host.sessions.endByToken(token);
    expect(await client.closed()).toBe('io server disconnect');
  });
});
