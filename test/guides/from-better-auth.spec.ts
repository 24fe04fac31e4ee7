import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { idOfLegacy, type ImportReport, SessionsService, UsersModule, UsersService } from 'nestjs-users';
import { DataSource } from 'typeorm';
import { Competitor, installCompetitors } from './competitors.js';
import { GuideCode } from './guide-code.js';

const INSTALL = 600_000;

describe('the guide from better-auth', () => {
  const folder = mkdtempSync(join(tmpdir(), 'better-auth-'));
  const database = join(folder, 'data.sqlite');
  let old: Competitor;
  let code: GuideCode;
  let app: INestApplicationContext;

  beforeAll(async () => {
    installCompetitors();
    old = await Competitor.start('better-auth', ['express', '3', database]);
    code = new GuideCode('from-better-auth.md', ['move-in.ts']);
    @Module({
      imports: [
        TypeOrmModule.forRoot({ type: 'better-sqlite3', database, autoLoadEntities: true, retryAttempts: 0 }),
        UsersModule.forRoot({ migrate: true, mail: { allowNoMail: true } }),
      ],
    })
    class NewApp {}
    app = await NestFactory.createApplicationContext(NewApp, { logger: false, abortOnError: false });
  }, INSTALL);
  afterAll(async () => {
    await app?.close();
    await old?.stop();
    code?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it('begins where real users have signed up: their sessions open the old app’s guarded route', async () => {
    expect((await fetch(`${old.url}/me`)).status).toBe(401);
    for (const headers of old.headers) expect((await fetch(`${old.url}/me`, { headers })).status).toBe(200);
  });

  it('brings every user over once, with his password; at the first log-in it becomes argon2id', async () => {
    const { moveIn } = await code.import<{ moveIn: (to: object, from: DataSource, dryRun: boolean) => Promise<ImportReport> }>(
      'move-in.ts',
    );
    const [users, sessions, dataSource] = [app.get(UsersService), app.get(SessionsService), app.get(DataSource)];
    expect(await moveIn(users, dataSource, true)).toMatchObject({ read: 3, imported: 3, faults: [] });
    expect(await moveIn(users, dataSource, false)).toMatchObject({ read: 3, imported: 3, faults: [] });
    expect(await moveIn(users, dataSource, false)).toMatchObject({ read: 3, imported: 0, present: 3 });

    const [{ id }] = (await dataSource.query(`SELECT "id" FROM "user" WHERE "email" = 'bench-1@example.org'`)) as [{ id: string }];
    const { user } = await sessions.login({ login: 'bench-1@example.org', password: 'a quiet green harbour 1' });
    expect(user).toMatchObject({ id: idOfLegacy('better-auth', id), displayName: 'Bench 1' });
    await expect(sessions.login({ login: 'bench-1@example.org', password: 'a quiet green harbour 2' })).rejects.toThrow();
    const rows = (await dataSource.query('SELECT "hash" FROM "auth_passwords"')) as { hash: string }[];
    expect(rows.filter(({ hash }) => hash.startsWith('$argon2id$'))).toHaveLength(1);
    expect((await sessions.login({ login: 'bench-1@example.org', password: 'a quiet green harbour 1' })).user.id).toBe(user.id);
  });

  it('leaves the old app as it was: going back is possible', async () => {
    for (const headers of old.headers) expect((await fetch(`${old.url}/me`, { headers })).status).toBe(200);
  });
});
