// One app under load: `node bench/server.mjs <framework> <engine>`, forked by run.mjs. It sends its address and its tokens, then serves.
import 'reflect-metadata';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Controller, Get, Module, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CurrentUser, SessionGuard, SessionsService, UsersModule, UsersService } from 'nestjs-users';

const [framework = 'express', engine = 'sqlite'] = process.argv.slice(2);
const TOKENS = 1_000;

const connections = {
  sqlite: () => ({ type: 'better-sqlite3', database: join(mkdtempSync(join(tmpdir(), 'bench-')), 'data.sqlite'), enableWAL: true }),
  postgres: () => ({ type: 'postgres', url: process.env.BENCH_DATABASE_URL, extra: { max: 10 } }),
  mariadb: () => ({ type: 'mariadb', url: process.env.BENCH_DATABASE_URL, extra: { connectionLimit: 10 } }),
};

class BenchController {
  open() {
    return { id: 'somebody' };
  }
  guarded(user) {
    return { id: user.id };
  }
}
const method = (name) => Object.getOwnPropertyDescriptor(BenchController.prototype, name);
Controller()(BenchController);
Get('open')(BenchController.prototype, 'open', method('open'));
Get('guarded')(BenchController.prototype, 'guarded', method('guarded'));
UseGuards(SessionGuard)(BenchController.prototype, 'guarded', method('guarded'));
CurrentUser()(BenchController.prototype, 'guarded', 0);

class App {}
Module({
  imports: [
    TypeOrmModule.forRoot({ ...connections[engine](), autoLoadEntities: true }),
    UsersModule.forRoot({ migrate: true, mail: { dangerouslyDiscard: true } }),
  ],
  controllers: [BenchController],
})(App);

const settings = { logger: ['error'] };
const app =
  framework === 'fastify' ? await NestFactory.create(App, new FastifyAdapter(), settings) : await NestFactory.create(App, settings);
await app.listen(0, '127.0.0.1');

const [users, sessions] = [app.get(UsersService), app.get(SessionsService)];
const tokens = [];
for (let index = 0; index < TOKENS; index += 1) {
  const { id } = await users.create({ username: `bench-${index}` });
  tokens.push((await sessions.open(id)).token);
}
process.send({ url: await app.getUrl(), tokens });

process.on('message', async () => {
  await app.close();
  process.exit(0);
});
