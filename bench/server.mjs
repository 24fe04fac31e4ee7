// One app under load: `node bench/server.mjs <framework> <engine>`, forked by run.mjs. It sends its address and its tokens, then serves.
import 'reflect-metadata';
import { hash, timingSafeEqual } from 'node:crypto';
import { Controller, Get, Module, Req, UnauthorizedException, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { connectionTo } from './databases.mjs';
import { endProfile, startProfile } from './profiler.mjs';
import { CurrentUser, SessionGuard, SessionsService, UsersModule, UsersService } from 'nestjs-users';

const [framework = 'express', engine = 'sqlite'] = process.argv.slice(2);
const TOKENS = 1_000;
/** When sessions were last seen, many in one statement, once a minute. */
const LAST_USES = /^UPDATE\b.+\bauth_sessions\b.+\blastSeenAt\b.+\bCASE\b/is;

/** Every statement that goes to the database, as TypeORM tells it; what no request waits for is counted by itself. */
const statements = {
  asked: 0,
  writtenBehind: 0,
  logQuery(text) {
    if (LAST_USES.test(text)) this.writtenBehind += 1;
    else this.asked += 1;
  },
  ...Object.fromEntries(['logQueryError', 'logQuerySlow', 'logSchemaBuild', 'logMigration', 'log'].map((name) => [name, () => undefined])),
};

/** A guard as it is usually written when it is written with care: one statement by `dataSource.query`, the hash compared in constant time. */
class QueryGuard {
  async canActivate(context) {
    const request = context.switchToHttp().getRequest();
    const token = /^Bearer (.+)$/.exec(request.headers.authorization)?.[1] ?? '';
    const [row] = await dataSource.query(byQuery, [token.split('.')[0]]);
    const good = row !== undefined && timingSafeEqual(Buffer.from(row.secretHash), Buffer.from(hash('sha256', `session:${token}`, 'hex')));
    const isOver = good && (Number(row.endsAt) <= Date.now() || Number(row.lastSeenAt) + 864e6 <= Date.now());
    if (!good || isOver || row.disabledAt !== null || row.bannedAt !== null) throw new UnauthorizedException();
    request.user = { ...row, roles: JSON.parse(row.roles ?? '[]'), permissions: JSON.parse(row.permissions ?? '[]') };
    return true;
  }
}

/** A guard that does nothing: what is left is what Nest itself takes for a guard and a parameter. */
class FloorGuard {
  canActivate(context) {
    context.switchToHttp().getRequest().user = nobody;
    return true;
  }
}
const nobody = { id: 'somebody' };

class BenchController {
  open() {
    return { id: 'somebody' };
  }
  guarded(user) {
    return { id: user.id };
  }
}
BenchController.prototype.floor = function floor(user) {
  return { id: user.id };
};
BenchController.prototype.byQuery = function byQuery({ user }) {
  return { id: user.id };
};
const method = (name) => Object.getOwnPropertyDescriptor(BenchController.prototype, name);
Controller()(BenchController);
Get('open')(BenchController.prototype, 'open', method('open'));
Get('guarded')(BenchController.prototype, 'guarded', method('guarded'));
Get('floor')(BenchController.prototype, 'floor', method('floor'));
UseGuards(FloorGuard)(BenchController.prototype, 'floor', method('floor'));
CurrentUser()(BenchController.prototype, 'floor', 0);
Get('by-query')(BenchController.prototype, 'byQuery', method('byQuery'));
UseGuards(QueryGuard)(BenchController.prototype, 'byQuery', method('byQuery'));
Req()(BenchController.prototype, 'byQuery', 0);
UseGuards(SessionGuard)(BenchController.prototype, 'guarded', method('guarded'));
CurrentUser()(BenchController.prototype, 'guarded', 0);

class App {}
Module({
  imports: [
    TypeOrmModule.forRoot({ ...connectionTo(engine), autoLoadEntities: true, logger: statements }),
    UsersModule.forRoot({ migrate: true, mail: { allowNoMail: true } }),
  ],
  controllers: [BenchController],
})(App);

const settings = { logger: ['error'] };
const app =
  framework === 'fastify' ? await NestFactory.create(App, new FastifyAdapter(), settings) : await NestFactory.create(App, settings);
await app.listen(0, '127.0.0.1');

const dataSource = app.get(DataSource);
const name = (text) => dataSource.driver.escape(text);
const byQuery = `SELECT s.*, u.*, s.${name('createdAt')} AS ${name('openedAt')}, (SELECT ${name('value')} FROM ${name('auth_state')} WHERE ${name('key')} = 'blackout') AS blackout
  FROM ${name('auth_sessions')} s JOIN ${name('auth_users')} u ON u.id = s.${name('userId')} WHERE s.id = ${dataSource.driver.createParameter('id', 0)}`;

const [users, sessions] = [app.get(UsersService), app.get(SessionsService)];
const tokens = [];
for (let index = 0; index < TOKENS; index += 1) {
  const { id } = await users.create({ username: `bench-${index}` });
  tokens.push((await sessions.open(id)).token);
}
// What the engine does by itself after a minute, and must not do in the middle of a round.
if (engine === 'postgres') await dataSource.query('VACUUM ANALYZE');
process.send({ url: await app.getUrl(), tokens });

/** What the process that forked us may ask. */
const answers = {
  count: () => ({ asked: statements.asked, writtenBehind: statements.writtenBehind }),
  usage: () => process.cpuUsage(),
  profile: () => startProfile().then(() => ({})),
  profiled: () => endProfile(),
};

process.on('message', async (name) => {
  if (Object.hasOwn(answers, name)) return process.send(await answers[name]());
  await app.close();
  process.exit(0);
});
