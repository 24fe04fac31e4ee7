// The app that is killed: a host as any other, with the built package, on the database that its parent names. What it would mail it hands to
// its parent. It loads everything first and starts when it is told to, so that a killed one is soon replaced.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { WsAdapter } from '@nestjs/platform-ws';
import { TypeOrmModule } from '@nestjs/typeorm';
import { WebSocketGateway } from '@nestjs/websockets';
import { Notifier, UsersModule } from 'nestjs-users';
import { usersRedis } from 'nestjs-users/redis';
import { FastHasher } from 'nestjs-users/testing';
import { SessionGateway, UsersWebSocketsModule } from 'nestjs-users/websockets';

class ParentsInbox extends Notifier {
  async notify({ kind, to, token }) {
    process.send({ kind, to, token });
  }
}

/** The control: a host that says 204 to a log-out and does it a little later. */
function answerFirst(app, url) {
  app.use((request, response, next) => {
    if (request.url !== '/auth/logout' || request.headers['x-late'] !== undefined) return next();
    const { authorization } = request.headers;
    setTimeout(() => void fetch(`${url()}/auth/logout`, { method: 'POST', headers: { authorization, 'x-late': '1' } }), 400);
    response.writeHead(204).end();
  });
}

class Gateway {}
WebSocketGateway()(Gateway);
SessionGateway()(Gateway);

async function start({ database, redis, limits, answersFirst, remembers }) {
  class App {}
  Module({
    imports: [
      TypeOrmModule.forRoot({ ...database, autoLoadEntities: true, retryAttempts: 0 }),
      UsersModule.forRoot({
        migrate: true,
        routes: true,
        // A busy machine is no outage.
        http: { checkTimeout: '30s' },
        limits,
        sessions: { cache: remembers === undefined ? false : { lifetime: remembers } },
        extensions: redis === undefined ? [] : [usersRedis({ url: redis })],
        registration: { firstUserIsAdmin: true },
        ports: { hasher: new FastHasher(), notifier: new ParentsInbox() },
      }),
      UsersWebSocketsModule,
    ],
    providers: [Gateway],
  })(App);
  const app = await NestFactory.create(App, { logger: false });
  app.useWebSocketAdapter(new WsAdapter(app));
  let url = '';
  if (answersFirst) answerFirst(app, () => url);
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
  process.send({ kind: 'listening', url });
}

process.on('message', (settings) => void start(settings));
process.on('disconnect', () => process.exit());
process.send({ kind: 'loaded' });
