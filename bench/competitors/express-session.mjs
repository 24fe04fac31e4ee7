// `node bench/competitors/express-session.mjs express <credentials>`: express-session with connect-typeorm (SQLite), Passport and passport-local.
import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Module, Post, UseGuards } from '@nestjs/common';
import { TypeormStore } from 'connect-typeorm';
import session from 'express-session';
import passport from 'passport';
import { Strategy } from 'passport-local';
import { DataSource, EntitySchema } from 'typeorm';
import { ownFolder } from '../folder.mjs';
import { CREDENTIALS, decorate, routes, serve } from './serve.mjs';

// As connect-typeorm's page shows it.
const SessionEntity = new EntitySchema({
  name: 'Session',
  columns: {
    expiredAt: { type: 'bigint' },
    id: { type: 'varchar', length: 255, primary: true },
    json: { type: 'text' },
    destroyedAt: { type: 'datetime', nullable: true, deleteDate: true },
  },
  indices: [{ columns: ['expiredAt'] }],
});
const UserEntity = new EntitySchema({
  name: 'User',
  columns: { id: { type: 'integer', primary: true, generated: true }, username: { type: 'varchar', unique: true } },
});
const database = join(ownFolder(), 'data.sqlite');
const options = { type: 'better-sqlite3', database, enableWAL: true, synchronize: true, entities: [SessionEntity, UserEntity] };
const dataSource = await new DataSource(options).initialize();
const users = dataSource.getRepository(UserEntity);

// The log-in is not measured: any password will do.
passport.use(
  new Strategy((username, _password, done) => void users.findOneBy({ username }).then((user) => done(null, user ?? false), done)),
);
passport.serializeUser((user, done) => done(null, user.id));
passport.deserializeUser((id, done) => void users.findOneBy({ id }).then((user) => done(null, user), done));

class AuthenticatedGuard {
  canActivate(context) {
    return context.switchToHttp().getRequest().isAuthenticated();
  }
}
const Me = routes({ guarded: [UseGuards(AuthenticatedGuard)] });
Me.prototype.login = () => ({});
decorate(Me, 'login', [Post('login')]);

class App {}
Module({ controllers: [Me] })(App);

await serve(App, {
  configure: (app) => {
    const store = new TypeormStore({ cleanupLimit: 2, ttl: 86400 }).connect(dataSource.getRepository(SessionEntity));
    app.use(session({ resave: false, saveUninitialized: false, store, secret: randomBytes(32).toString('hex') }));
    app.use(passport.initialize());
    app.use(passport.session());
    app.useBodyParser('json');
    app.use('/login', passport.authenticate('local'));
  },
  credentials: async ({ url }) => {
    const all = [];
    for (let index = 0; index < CREDENTIALS; index += 1) {
      const username = `bench-${index}`;
      await users.save({ username });
      const body = JSON.stringify({ username, password: 'any' });
      const answer = await fetch(`${url}/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      all.push({ cookie: answer.headers.getSetCookie()[0].split(';')[0] });
    }
    return all;
  },
});
