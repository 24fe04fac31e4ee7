// One node with the cache of sessions on: `node bench/nodes/node.mjs <engine>`, forked by run.mjs. It sends its address, then does as it is told.
import 'reflect-metadata';
import { Controller, Get, Module, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CurrentUser, InvalidationBus, SessionGuard, SessionsService, UsersModule, UsersService } from 'nestjs-users';
import { usersRedis } from 'nestjs-users/redis';
import { connectionTo } from '../databases.mjs';

const [engine = 'sqlite'] = process.argv.slice(2);
const redis = process.env.BENCH_REDIS;

class NodeController {
  open() {
    return { id: 'somebody' };
  }
  guarded(user) {
    return { id: user.id };
  }
}
const method = (name) => Object.getOwnPropertyDescriptor(NodeController.prototype, name);
Controller()(NodeController);
Get('open')(NodeController.prototype, 'open', method('open'));
Get('guarded')(NodeController.prototype, 'guarded', method('guarded'));
UseGuards(SessionGuard)(NodeController.prototype, 'guarded', method('guarded'));
CurrentUser()(NodeController.prototype, 'guarded', 0);

class App {}
Module({
  imports: [
    TypeOrmModule.forRoot({ ...connectionTo(engine), autoLoadEntities: true }),
    UsersModule.forRoot({
      migrate: true,
      mail: { allowNoMail: true },
      sessions: { cache: true },
      extensions: redis === undefined ? [] : [usersRedis({ url: redis, limits: false })],
    }),
  ],
  controllers: [NodeController],
})(App);

const app = await NestFactory.create(App, new FastifyAdapter(), { logger: false });
await app.listen(0, '127.0.0.1');
const [users, sessions, bus] = [UsersService, SessionsService, InvalidationBus].map((token) => app.get(token));

const ORDERS = {
  /** As many people, each with one session. */
  async open({ count, name }) {
    const opened = [];
    for (let index = 0; index < count; index += 1) {
      const { id } = await users.create({ username: `${name}-${index}` });
      const { token, session } = await sessions.open(id);
      opened.push({ token, id: session.id });
    }
    return opened;
  },
  end: ({ id }) => sessions.end(id),
  async listening() {
    while (!bus.isListening) await new Promise((resolve) => setTimeout(resolve, 5));
  },
};

process.on('message', async ({ order, ...more }) => {
  if (order !== 'stop') return process.send({ found: (await ORDERS[order](more)) ?? null });
  await app.close();
  process.exit(0);
});
process.send({ url: await app.getUrl() });
