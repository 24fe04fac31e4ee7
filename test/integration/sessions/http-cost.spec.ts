import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get } from '@nestjs/common';
import { OptionalSession, Public } from 'nestjs-users';
import { FRAMEWORKS, HostApp, PASSWORD } from '../../support/host-app.js';
import { Statements } from '../../support/statements.js';

@Controller('notes')
class NotesController {
  @Public() @Get('public') public(): object {
    return {};
  }

  @OptionalSession() @Get('maybe') maybe(): object {
    return {};
  }

  @Get() mine(): object {
    return {};
  }
}

describe.each(FRAMEWORKS)('what a request costs the database (%s)', (listen) => {
  let host: HostApp;
  let statements: Statements;
  let token: string;
  beforeAll(async () => {
    host = await HostApp.start({ listen, controllers: [NotesController], http: { guard: 'everything' } });
    await host.user('ann');
    ({ token } = await host.sessions.login({ login: 'ann', password: PASSWORD }));
    statements = Statements.of(host.dataSource);
  });
  afterAll(() => host.close());

  const get = async (
    path: string,
    request: { token?: string; headers?: Record<string, string> } = {},
  ): Promise<{ status: number; cost: number }> => {
    let status = 0;
    const texts = await statements.before(async () => {
      ({ status } = await host.client().get(path, request));
    });
    return { status, cost: texts.length };
  };

  it('is one statement where somebody is signed in', async () => {
    for (let requests = 0; requests < 3; requests += 1) expect(await get('/notes', { token })).toEqual({ status: 200, cost: 1 });
    expect(await get('/notes/maybe', { token })).toEqual({ status: 200, cost: 1 });
  });

  it('is nothing on a public path, and where nobody shows a token', async () => {
    expect(await get('/notes/public', { token })).toEqual({ status: 200, cost: 0 });
    expect(await get('/notes/maybe')).toEqual({ status: 200, cost: 0 });
    expect(await get('/notes')).toEqual({ status: 401, cost: 0 });
  });

  it('is nothing for what is no token: 401, and never somebody anonymous [B-85] [W16]', async () => {
    for (const bad of ['x', token.slice(0, -1), `${token}A`, token.toUpperCase()])
      expect(await get('/notes', { token: bad })).toEqual({ status: 401, cost: 0 });
  });

  it('is nothing for a token in the query string, which is read by nobody [W18] [B-82]', async () => {
    for (const name of ['token', 'access_token', 'session', 'api_key'])
      expect(await get(`/notes?${name}=${token}`)).toEqual({ status: 401, cost: 0 });
    for (const name of ['x-session', 'x-access-token'])
      expect(await get('/notes', { headers: { [name]: token } })).toEqual({ status: 401, cost: 0 });
  });
});
