// `node bench/competitors/better-auth.mjs express <credentials> [file]`: better-auth and its Nest module, everything by default, on SQLite.
import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { AllowAnonymous, AuthModule } from '@thallesp/nestjs-better-auth';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import Sqlite from 'better-sqlite3';
import { ownFolder } from '../folder.mjs';
import { CREDENTIALS, routes, serve } from './serve.mjs';

const file = process.argv[4] ?? join(ownFolder(), 'data.sqlite');
const database = new Sqlite(file);
database.pragma('journal_mode = WAL');
const options = {
  database,
  baseURL: 'http://127.0.0.1',
  secret: randomBytes(32).toString('hex'),
  emailAndPassword: { enabled: true },
};
await (await getMigrations(options)).runMigrations();
const auth = betterAuth(options);

class App {}
// The module guards each route by itself.
Module({ imports: [AuthModule.forRoot({ auth })], controllers: [routes({ open: [AllowAnonymous()] })] })(App);

await serve(App, {
  settings: { bodyParser: false },
  credentials: async () => {
    const all = [];
    for (let index = 0; index < CREDENTIALS; index += 1) {
      const body = { name: `Bench ${index}`, email: `bench-${index}@example.org`, password: `a quiet green harbour ${index}` };
      const { headers } = await auth.api.signUpEmail({ body, returnHeaders: true });
      all.push({ cookie: headers.getSetCookie().map((line) => line.split(';')[0]).join('; ') }); // prettier-ignore
    }
    return all;
  },
});
