import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, type INestApplication, Module, type Type, UseGuards, UseInterceptors } from '@nestjs/common';
import { type ClientProxy, ClientProxyFactory, MessagePattern, Payload, type TcpContext, Transport } from '@nestjs/microservices';
import { AdminOnly, CurrentSession, CurrentUser, OptionalSession, Public, SessionGuard, UsernameTakenError } from 'nestjs-users';
import { RpcErrorsInterceptor, type RpcMessage, UsersMicroservicesModule } from 'nestjs-users/microservices';
import { lastValueFrom } from 'rxjs';
import { freePort } from '../../support/free-port.js';
import { HostApp, type HostOptions, PASSWORD } from '../../support/host-app.js';
import { Statements } from '../../support/statements.js';

const calls: string[] = [];

@Controller()
@UseGuards(SessionGuard)
class NotesHandlers {
  @MessagePattern('whoami') whoami(@CurrentUser() user: CurrentUser, @CurrentSession('id') session: string): unknown {
    calls.push('whoami');
    return { name: user.username, session };
  }
  @MessagePattern('rule') @AdminOnly() rule(@Payload() body: unknown): unknown {
    calls.push('rule');
    return body;
  }
  @MessagePattern('hello') @OptionalSession() hello(@CurrentUser() user: CurrentUser | null): unknown {
    return user?.username ?? 'stranger';
  }
  @MessagePattern('taken') @UseInterceptors(RpcErrorsInterceptor) taken(): never {
    throw new UsernameTakenError();
  }
  @MessagePattern('broken') @UseInterceptors(RpcErrorsInterceptor) broken(): never {
    throw new Error('the inside');
  }
  @MessagePattern('inherited') inherited(): never {
    throw new UsernameTakenError();
  }
  @MessagePattern('version') @Public() version(): number {
    return 1;
  }
}

@Controller()
class UnguardedHandlers {
  @MessagePattern('unguarded') unguarded(): string {
    return 'reached';
  }
}

describe('a microservice over TCP', () => {
  let host: HostApp;
  let client: ClientProxy;
  afterEach(async () => {
    await client.close();
    await host.close();
  });

  type Token = Parameters<typeof UsersMicroservicesModule.forRoot>[0]['token'];
  async function start(
    token: Token | null = 'token',
    { inheritAppConfig = false, ...options }: HostOptions & { inheritAppConfig?: boolean } = {},
  ): Promise<void> {
    @Module({ imports: token === null ? [] : [UsersMicroservicesModule.forRoot({ token })] })
    class Rpc {}
    calls.length = 0;
    const port = await freePort();
    let app!: INestApplication;
    const connect = (it: INestApplication) => {
      app = it;
      app.connectMicroservice({ transport: Transport.TCP, options: { host: '127.0.0.1', port } }, { inheritAppConfig });
    };
    host = await HostApp.start({
      listen: 'express',
      controllers: [NotesHandlers, UnguardedHandlers],
      modules: [Rpc as Type],
      configure: connect,
      ...options,
    });
    await app.startAllMicroservices();
    client = ClientProxyFactory.create({ transport: Transport.TCP, options: { host: '127.0.0.1', port } });
  }

  const send = (pattern: string, data: unknown = {}): Promise<any> => lastValueFrom(client.send(pattern, data)); // eslint-disable-line @typescript-eslint/no-explicit-any -- what came over the wire
  const refusal = (pattern: string, data: unknown = {}): Promise<unknown> =>
    send(pattern, data).then(
      () => 'let in',
      (error: unknown) => error,
    );
  async function tokenOf(name: string, more = {}): Promise<string> {
    await host.user(name, more);
    return (await host.sessions.login({ login: name, password: PASSWORD })).token;
  }

  it('knows the user by the field that the host names, with one statement', async () => {
    await start();
    const token = await tokenOf('ann');
    const { session } = await host.sessions.authenticate(token);
    expect(await send('whoami', { token })).toEqual({ name: 'ann', session: session.id });
    const root = await tokenOf('root', { isAdmin: true });
    const statements = Statements.of(host.dataSource);
    expect(await statements.before(() => send('rule', { token: root }))).toHaveLength(1);
  });

  it('tells the caller our errors by code and message, and nothing of others', async () => {
    const taken = { statusCode: 409, code: 'USERS_USERNAME_TAKEN', message: expect.any(String) };
    await start();
    const token = await tokenOf('ann');
    expect(await refusal('taken', { token })).toMatchObject(taken);
    expect(JSON.stringify(await refusal('broken', { token }))).not.toContain('the inside');
    await client.close();
    await host.close();
    await start('token', { inheritAppConfig: true });
    expect(await refusal('inherited', { token: await tokenOf('ann') })).toMatchObject(taken);
  });

  it('finds the token where a function of the host looks', async () => {
    const seen: unknown[] = [];
    await start(({ payload, context }: RpcMessage) => {
      seen.push((context as TcpContext).getPattern());
      return (payload as { meta?: { bearer?: string } }).meta?.bearer;
    });
    const token = await tokenOf('ann');
    expect(await send('whoami', { meta: { bearer: token } })).toMatchObject({ name: 'ann' });
    expect(await refusal('whoami', { token })).toMatchObject({ code: 'USERS_UNAUTHENTICATED' });
    expect(seen).toContain('whoami');
  });

  it.each<[string, unknown]>([
    ['none', {}],
    ['none in no object', 'text'],
    ['null', { token: null }],
    ['a number', { token: 1 }],
    ['a list', { token: ['a'] }],
    ['an empty text', { token: '' }],
    ['nonsense', { token: 'nonsense' }],
    ['two words', { token: 'a b' }],
    ['an inherited name', { __proto__: { token: 'a' } }],
  ])('refuses a token that is %s with our code [B-93]', async (_what, data) => {
    await start();
    expect(await refusal('whoami', data)).toMatchObject({ code: 'USERS_UNAUTHENTICATED', statusCode: 401 });
    expect(calls).toEqual([]);
  });

  it('refuses a session that has ended, and who is no administrator', async () => {
    await start();
    const token = await tokenOf('ann');
    expect(await refusal('rule', { token })).toMatchObject({ code: 'USERS_FORBIDDEN', statusCode: 403 });
    await host.sessions.endByToken(token);
    expect(await refusal('whoami', { token })).toMatchObject({ code: 'USERS_UNAUTHENTICATED' });
    expect(calls).toEqual([]);
  });

  it('keeps the callers of many messages at once apart', async () => {
    await start();
    const tokens = await Promise.all(Array.from({ length: 8 }, (_, index) => tokenOf(`user${String(index)}`)));
    const asked = Array.from({ length: 64 }, (_, index) => index % 8);
    const names = await Promise.all(asked.map((index) => send('whoami', { token: tokens[index] })));
    expect(names.map(({ name }) => name)).toEqual(asked.map((index) => `user${String(index)}`));
  });

  it('lets public and optional handlers be reached', async () => {
    await start();
    const token = await tokenOf('ann');
    expect([await send('version'), await send('hello'), await send('hello', { token })]).toEqual([1, 'stranger', 'ann']);
  });

  it('refuses when the host cannot look for the token', async () => {
    await start(() => {
      throw new Error('no such header');
    });
    expect(await refusal('whoami')).toMatchObject({ code: 'USERS_FORBIDDEN' });
    expect(calls).toEqual([]);
  });

  it('refuses every guarded message where the host forgot our module [B-93]', async () => {
    await start(null);
    const token = await tokenOf('root', { isAdmin: true });
    for (const pattern of ['whoami', 'rule', 'hello']) expect(await refusal(pattern, { token })).toMatchObject({ status: 'error' });
    expect(calls).toEqual([]);
  });

  it('stands behind a guard before everything only where the microservice inherits it [B-93]', async () => {
    await start('token', { http: { guard: 'everything' } });
    expect(await send('unguarded')).toBe('reached');
    await client.close();
    await host.close();
    await start('token', { http: { guard: 'everything' }, inheritAppConfig: true });
    expect(await refusal('unguarded')).toMatchObject({ code: 'USERS_UNAUTHENTICATED' });
    expect(await send('unguarded', { token: await tokenOf('ann') })).toBe('reached');
  });

  it('does not start without a place for the token', async () => {
    await start();
    for (const token of ['', undefined, 5]) expect(() => UsersMicroservicesModule.forRoot({ token: token as string })).toThrow(TypeError);
  });
});
