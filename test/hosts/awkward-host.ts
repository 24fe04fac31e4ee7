import { afterEach } from '@jest/globals';
import { type DynamicModule, type INestApplication, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { UsersModule, type UsersModuleOptions } from 'nestjs-users';
import { type DatabaseOptions, type TestDatabase, testDatabase } from '../support/database.js';
import { NotesController } from './life.js';

const opened: INestApplication[] = [];
const databases: TestDatabase[] = [];

/** A fresh database, dropped after the test. */
export async function database(): Promise<DatabaseOptions> {
  const made = await testDatabase();
  databases.push(made);
  return made.options;
}

export interface Host {
  readonly users: DynamicModule;
  readonly dataSources: object[];
  readonly modules?: (DynamicModule | Type)[];
}

/** An app of a host's that listens; closed after the test. */
export async function start({ users, dataSources, modules = [] }: Host): Promise<{ app: INestApplication; url: string }> {
  class App {}
  const typeorm = dataSources.map((options) => TypeOrmModule.forRoot({ autoLoadEntities: true, retryAttempts: 0, ...options }));
  Module({ imports: [...typeorm, users, ...modules], controllers: [NotesController] })(App);
  const app = await NestFactory.create(App, { logger: false, abortOnError: false });
  opened.push(app);
  await app.listen(0, '127.0.0.1');
  return { app, url: await app.getUrl() };
}

/** Our module as most hosts import it. */
export const ours = (options: UsersModuleOptions = {}): DynamicModule => UsersModule.forRoot({ routes: true, migrate: true, ...options });

afterEach(async () => {
  for (const app of opened.splice(0)) await app.close();
  for (const made of databases.splice(0)) await made.drop();
});
