import { describe, expect, it } from '@jest/globals';
import { BaseUser, Field, SessionsService, usersMigrations, UsersService } from 'nestjs-users';
import { Column, DefaultNamingStrategy, Entity, type QueryRunner } from 'typeorm';
import { testEngine } from '../support/database.js';
import { database, ours, start } from './awkward-host.js';
import { live, PASSWORD } from './life.js';

@Entity('auth_users')
class AppUser extends BaseUser {
  @Field({ set: ['registration'], show: ['self'] })
  @Column({ length: 80, default: '' })
  homeTown!: string;
}

class SnakeNaming extends DefaultNamingStrategy {
  override tableName(target: string, given: string | undefined): string {
    return given ?? snake(target);
  }

  override columnName(property: string, given: string | undefined, prefixes: string[]): string {
    return snake(prefixes.join('_')) + (given ?? snake(property));
  }
}

const snake = (name: string): string => name.replaceAll(/(?<!^)([A-Z])/g, '_$1').toLowerCase();

class HomeTown1893456000000 {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query("ALTER TABLE auth_users ADD COLUMN home_town varchar(80) NOT NULL DEFAULT ''");
  }
  async down(): Promise<void> {}
}

describe(`A host on ${testEngine()} with a user class of its own`, () => {
  it('with a snake-case naming strategy keeps our columns, and names its own by it', async () => {
    const namingStrategy = new SnakeNaming();
    const options = await database();
    const users = ours({ user: AppUser, migrate: false });
    const migrations = [...usersMigrations, HomeTown1893456000000];
    const { app, url } = await start({ users, dataSources: [{ ...options, namingStrategy, migrations, migrationsRun: true }] });
    await live({ url }, 'bob');
    const { id } = await app.get(UsersService).create({ username: 'cleo', password: PASSWORD, homeTown: 'Kiel' });
    expect(await app.get(UsersService).find(id)).toMatchObject({ homeTown: 'Kiel' });
    const { token } = await app.get(SessionsService).login({ login: 'cleo', password: PASSWORD });
    expect(await app.get(SessionsService).authenticate(token)).toMatchObject({ user: { homeTown: 'Kiel' } });
  });
});

if (testEngine() === 'mariadb') {
  describe('A host with synchronize: true on MariaDB', () => {
    it('is told why its key columns will not do', async () => {
      const started = start({
        users: ours({ migrate: false, user: AppUser }),
        dataSources: [{ ...(await database()), synchronize: true }],
      });
      await expect(started).rejects.toThrow(/compares by .* change the column to COLLATE utf8mb4_nopad_bin/);
    });
  });
} else {
  describe(`A host with synchronize: true on ${testEngine()}`, () => {
    it('needs no migrate, own columns included, and starts a second time', async () => {
      const options = { ...(await database()), synchronize: true };
      for (const name of ['ann', 'bob']) {
        const { app, url } = await start({ users: ours({ migrate: false, user: AppUser }), dataSources: [options] });
        await live({ url }, name);
        await app.close();
      }
    });

    it('is refused with migrate: true, in a sentence', async () => {
      const started = start({ users: ours(), dataSources: [{ ...(await database()), synchronize: true }] });
      await expect(started).rejects.toThrow(/migrate: true and synchronize: true do not go together/);
    });
  });
}
