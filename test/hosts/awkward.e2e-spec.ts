import { afterEach, describe, expect, it } from '@jest/globals';
import {
  type ArgumentsHost,
  Body,
  Catch,
  Controller,
  type ExceptionFilter,
  HttpException,
  HttpStatus,
  Post,
  ValidationPipe,
  VersioningType,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { MessagePattern, type MicroserviceOptions, Transport } from '@nestjs/microservices';
import { IsString } from 'class-validator';
import { UseGuards } from '@nestjs/common';
import { Public, SessionGuard } from 'nestjs-users';
import { FRAMEWORKS, HostApp, type HostOptions } from '../support/host-app.js';
import { live, NotesController } from './life.js';

/** As Nest's documentation has it. */
@Catch()
class CatchEverythingFilter implements ExceptionFilter {
  constructor(private readonly httpAdapterHost: HttpAdapterHost) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    const { httpAdapter } = this.httpAdapterHost;
    const context = host.switchToHttp();
    const statusCode = exception instanceof HttpException ? exception.getStatus() : HttpStatus.INTERNAL_SERVER_ERROR;
    const path = String(httpAdapter.getRequestUrl(context.getRequest()));
    httpAdapter.reply(context.getResponse(), { statusCode, timestamp: 'now', path }, statusCode);
  }
}

class NoteBody {
  @IsString()
  text!: string;
}

@Controller('own')
class OwnController {
  @Post()
  keep(@Body() body: NoteBody): NoteBody {
    return body;
  }
}

@Controller()
@UseGuards(SessionGuard)
class MessagesController {
  @MessagePattern('secret')
  secret(): string {
    return 'Nobody may read this.';
  }

  @MessagePattern('ping')
  @Public()
  ping(): string {
    return 'pong';
  }
}

let host: HostApp | undefined;
const start = async (options: HostOptions): Promise<HostApp> =>
  (host = await HostApp.start({ routes: true, controllers: [NotesController], ...options }));
afterEach(() => host?.close());

describe.each(FRAMEWORKS)('an awkward host on %s', (listen) => {
  it('[W7] with a catch-everything filter keeps our statuses', async () => {
    const { url, app } = await start({
      listen,
      configure: (made) => made.useGlobalFilters(new CatchEverythingFilter(made.get(HttpAdapterHost))),
    });
    await live({ url });
    const { status, body } = await host!.client().get('/notes');
    expect({ status, body }).toEqual({ status: 401, body: { statusCode: 401, timestamp: 'now', path: '/notes' } });
    await app.get(HttpAdapterHost).httpAdapter.close();
  });

  it('[W8] with a whitelisting ValidationPipe keeps our bodies whole, and its own rules', async () => {
    const pipe = new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true, forbidUnknownValues: true });
    const { url } = await start({ listen, controllers: [NotesController, OwnController], configure: (app) => app.useGlobalPipes(pipe) });
    await live({ url });
    const client = host!.client();
    expect((await client.post('/own', { text: 'a', more: 'b' })).status).toBe(400);
    expect(await client.post('/own', { text: 'a' })).toMatchObject({ status: 201, body: { text: 'a' } });
  });

  it('with a global prefix, and with versions in the path', async () => {
    await live(await start({ listen, configure: (app) => app.setGlobalPrefix('api') }).then(({ url }) => ({ url, prefix: '/api' })));
    await host?.close();
    const versioned = await start({ listen, configure: (app) => app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' }) });
    await live({ url: versioned.url, prefix: '/v1' });
    await host?.close();
    const neutral = await start({ listen, configure: (app) => app.enableVersioning({ type: VersioningType.URI }) });
    await live({ url: neutral.url });
  });

  it('that is a microservice as well: HTTP works, and a message is nobody’s session', async () => {
    const { url, app } = await start({ listen, controllers: [NotesController, MessagesController] });
    app.connectMicroservice<MicroserviceOptions>(
      { transport: Transport.TCP, options: { host: '127.0.0.1', port: 0 } },
      { inheritAppConfig: true },
    );
    await app.startAllMicroservices();
    await live({ url });
    const [{ address: port }] = app.getMicroservices().map((one) => ({ address: portOf(one) })) as [{ address: number }];
    expect(await ask(port, 'ping')).toEqual({ response: 'pong' });
    const refused = await ask(port, 'secret');
    expect(JSON.stringify(refused)).not.toContain('Nobody may read this');
    expect(refused).toHaveProperty('err');
  });
});

/** Nest's own server keeps it under a name that it does not show. */
function portOf(microservice: object): number {
  const server: unknown = Reflect.get(microservice, 'serverInstance') ?? Reflect.get(microservice, 'server');
  const tcp = Reflect.get(server as object, 'server') as { address(): { port: number } };
  return tcp.address().port;
}

/** One request of Nest's TCP transport: `length#json`. */
async function ask(port: number, pattern: string): Promise<Record<string, unknown>> {
  const { connect } = await import('node:net');
  const message = JSON.stringify({ pattern, data: {}, id: '1' });
  return await new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`${String(message.length)}#${message}`));
    socket.setTimeout(5_000, () => reject(new Error('no answer')));
    socket.on('error', reject);
    socket.on('data', (data) => {
      const text = data.toString();
      const { response, err } = JSON.parse(text.slice(text.indexOf('#') + 1)) as Record<string, unknown>;
      socket.destroy();
      resolve({ ...(response !== undefined && { response }), ...(err !== undefined && err !== null && { err }) });
    });
  });
}
