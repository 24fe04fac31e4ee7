// An app with many rows: `node bench/volume/app.mjs <engine>`, forked by stage.mjs. It sends its address, then does what it is told, one thing
// after another, and answers each with what it found.
import 'reflect-metadata';
import { stat } from 'node:fs/promises';
import { Controller, Get, Module, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { TypeOrmModule } from '@nestjs/typeorm';
import { PasswordHasher, SessionGuard, SessionsService, UsersModule, UsersService } from 'nestjs-users';
import { PasswordsSettings } from 'nestjs-users/extend';
import { connectionTo } from '../databases.mjs';
import { median } from '../median.mjs';

const [engine = 'sqlite'] = process.argv.slice(2);
const PASSWORD = 'a quiet green harbour';
const PEOPLE = 50;
const LOGINS = 200;

class GuardedController {
  guarded() {
    return { ok: true };
  }
}
Controller()(GuardedController);
const method = Object.getOwnPropertyDescriptor(GuardedController.prototype, 'guarded');
Get('guarded')(GuardedController.prototype, 'guarded', method);
UseGuards(SessionGuard)(GuardedController.prototype, 'guarded', method);

/** No budget stands in the way: what is measured is the work. */
const free = { limit: 1_000_000, window: '1m' };
class App {}
Module({
  imports: [
    TypeOrmModule.forRoot({ ...connectionTo(engine), autoLoadEntities: true }),
    UsersModule.forRoot({
      migrate: true,
      routes: true,
      mail: { allowNoMail: true, baseUrl: 'http://localhost' },
      limits: { passwordChecks: free, failedChecksFromAddress: free, failedChecksAnywhere: free },
    }),
  ],
  controllers: [GuardedController],
})(App);

const app = await NestFactory.create(App, new FastifyAdapter(), { logger: ['error'] });
await app.listen(0, '127.0.0.1');
const [users, sessions] = [app.get(UsersService), app.get(SessionsService)];
const settings = app.get(PasswordsSettings, { strict: false });

const timed = async (task) => {
  const startedAt = performance.now();
  const value = await task();
  return { value, took: performance.now() - startedAt };
};

/** How often a second `task` is done, so many of them at once. */
async function rateOf(task, { atOnce, seconds }) {
  const [startedAt, until] = [performance.now(), performance.now() + seconds * 1_000];
  let done = 0;
  const one = async (_, caller) => {
    for (let turn = caller; performance.now() < until; turn += atOnce) {
      await task(turn);
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return (done * 1_000) / (performance.now() - startedAt);
}

const loginOf = (turn) => ({ login: `person-${turn % PEOPLE}`, password: PASSWORD });
let flood = null;

const ORDERS = {
  async people() {
    for (let person = 0; person < PEOPLE; person += 1) await users.create({ username: `person-${person}`, password: PASSWORD });
    return { ...(await sessions.open({ username: 'person-0' })), user: undefined, session: undefined, concurrency: settings.concurrency };
  },
  async verify(width) {
    const hasher = app.get(PasswordHasher, { strict: false });
    const hash = await hasher.hash(PASSWORD);
    return rateOf(() => hasher.verify(hash, PASSWORD), width);
  },
  /** Each caller has another person at each turn: none waits for a row that another one's log-in holds. */
  logIn: (width) => rateOf((turn) => sessions.login(loginOf(turn)), width),
  /** From now on as many log-ins wait as may, and files are read beside them. */
  startFlood() {
    flood = { isOn: true, longestRead: 0, reads: 0, logins: [] };
    const { concurrency } = settings;
    const again = async (turn) => {
      while (flood.isOn) await sessions.login(loginOf(turn)).catch(() => new Promise((resolve) => setTimeout(resolve, 1)));
    };
    flood.logins = Array.from({ length: LOGINS + concurrency }, (_, turn) => again(turn));
    flood.reading = (async () => {
      while (flood.isOn) {
        const { took } = await timed(() => stat('.'));
        flood.longestRead = Math.max(flood.longestRead, took);
        flood.reads += 1;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })();
    return {};
  },
  async stopFlood() {
    flood.isOn = false;
    await Promise.all([...flood.logins, flood.reading]);
    return { longestRead: flood.longestRead, reads: flood.reads };
  },
  /** The median of a check, in milliseconds, one after another, tokens at random places. */
  async check({ tokens }) {
    const times = [];
    for (const token of [...tokens, ...tokens]) {
      const { took, value } = await timed(() => sessions.check(token));
      if (value.status !== 'ok') throw new Error(`a session is ${value.status}`);
      times.push(took);
    }
    // The first round warms what a busy app has warm.
    return { median: median(times.slice(tokens.length)) };
  },
  /** From page to page to the very end. @returns the last but one: a page must be full to be compared with another. */
  async walk() {
    let [after, found, depth] = [undefined, undefined, 0];
    do {
      const { items, next } = await users.list({ limit: 200, ...(after !== undefined && { after }) });
      if (next !== null) [found, depth] = [after, depth + items.length];
      after = next;
    } while (after !== null);
    return { after: found, depth };
  },
  /** The median of the first page and of another one, in milliseconds. */
  async pages({ after, turns, limit }) {
    const [first, last] = [[], []];
    for (let turn = 0; turn < turns; turn += 1) {
      first.push((await timed(() => users.list({ limit }))).took);
      last.push((await timed(() => users.list({ limit, after }))).took);
    }
    return { first: median(first), last: median(last) };
  },
  async purge() {
    const { value, took } = await timed(() => sessions.purgeExpired());
    return { purged: value, took };
  },
  /** Resident memory before and at its highest while every user is streamed. */
  async stream() {
    globalThis.gc?.();
    const before = process.memoryUsage().rss;
    let [most, seen] = [before, 0];
    for await (const user of users.stream()) {
      seen += user.id === '' ? 0 : 1;
      if (seen % 1_000 === 0) most = Math.max(most, process.memoryUsage().rss);
    }
    return { seen, before, most: Math.max(most, process.memoryUsage().rss) };
  },
};

process.send({ url: await app.getUrl(), login: { path: '/auth/login', body: loginOf(0) } });
process.on('message', async ({ order, ...rest }) => {
  if (order === 'stop') {
    await app.close();
    process.exit(0);
  }
  try {
    process.send({ found: await ORDERS[order](rest) });
  } catch (error) {
    process.send({ fault: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
});
