import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BaseUser, Field } from 'nestjs-users';
import { Column, DataSource, DeleteDateColumn, Entity, ManyToOne, PrimaryGeneratedColumn, VirtualColumn } from 'typeorm';
import { FakeClock } from 'nestjs-users/testing';
import { defineUsers } from '../../../lib/define-users.js';
import { Migrator } from '../../../lib/persistence/migrator.js';
import { type TestDatabase, testDatabase } from '../../support/database.js';
import { HostApp, PASSWORD } from '../../support/host-app.js';
import { Statements } from '../../support/statements.js';

class Address {
  @Column({ type: 'varchar', length: 80, nullable: true }) city!: string | null;
}

@Entity('teams')
class Team {
  @PrimaryGeneratedColumn() id!: number;
}

@Entity('auth_users')
class Member extends BaseUser {
  @Field({ show: ['self'] }) @Column({ type: 'varchar', length: 80, default: '' }) company!: string;
  @Column({ type: 'varchar', length: 80, nullable: true, select: false }) stripeSecret!: string | null;
  @Column({ type: 'simple-json', nullable: true }) settings!: { dark: boolean } | null;
  @Column({ type: 'boolean', default: false }) vip!: boolean;
  @Column({ name: 'a_name_that_is_as_long_as_postgresql_allows_a_name_to_be_at_all', type: 'int', default: 0 }) points!: number;
  @Column(() => Address) address!: Address;
  @ManyToOne(() => Team, { nullable: true }) team!: Team | null;
  @VirtualColumn({ query: () => 'SELECT 1' }) computed!: number;
  @DeleteDateColumn() deletedAt!: Date | null;

  label(): string {
    return `${this.username} (${this.company}, ${this.address.city})`;
  }
}

/** As a host has it: our migration, then his own. */
async function memberDatabase(): Promise<TestDatabase> {
  const database = await testDatabase();
  const { engine, options } = database;
  const space = defineUsers({ user: Member });
  const dataSource = await new DataSource({ ...options, entities: [...space.entities, Team] }).initialize();
  await Migrator.run(dataSource, space, new FakeClock());
  const name = (text: string): string => dataSource.driver.escape(text);
  const columns: Record<string, string> = {
    company: "varchar(80) NOT NULL DEFAULT ''",
    stripeSecret: 'varchar(80)',
    settings: 'text',
    vip: `boolean NOT NULL DEFAULT ${engine === 'postgres' ? 'false' : '0'}`,
    a_name_that_is_as_long_as_postgresql_allows_a_name_to_be_at_all: 'int NOT NULL DEFAULT 0',
    addressCity: 'varchar(80)',
    teamId: 'int',
    deletedAt: engine === 'postgres' ? 'timestamp' : 'datetime',
  };
  for (const [column, type] of Object.entries(columns))
    await dataSource.query(`ALTER TABLE ${name('auth_users')} ADD COLUMN ${name(column)} ${type}`);
  await dataSource.query(`CREATE TABLE teams (id int PRIMARY KEY)`);
  await dataSource.destroy();
  return database;
}

describe("a host's user class", () => {
  let database: TestDatabase;
  let host: HostApp;
  let token: string;
  beforeEach(async () => {
    database = await memberDatabase();
    const connection = (): TestDatabase['options'] => ({ ...database.options, entities: [Team] });
    host = await HostApp.start({ user: Member, connection });
    await host.user('ann', { company: 'Notes Ltd', settings: { dark: true }, vip: true, points: 7, stripeSecret: 'sk_live_1' });
    const rows = host.dataSource.getRepository(Member);
    await rows.update({ usernameKey: 'ann' }, { address: { city: 'Graz' } });
    token = (await host.sessions.login({ login: 'ann', password: PASSWORD })).token;
  });
  afterEach(async () => {
    await host.close();
    await database.drop();
  });

  it('is what a check gives back, with its methods and columns, and without what is hidden', async () => {
    const { user } = (await host.sessions.authenticate(token)) as unknown as { user: Member };
    expect(user).toBeInstanceOf(Member);
    expect(user.label()).toBe('ann (Notes Ltd, Graz)');
    expect(user).toMatchObject({ settings: { dark: true }, vip: true, points: 7, status: 'active' });
    expect(user.createdAt).toEqual(host.clock.now());
    for (const hidden of ['stripeSecret', 'usernameKey', 'emailKey', 'team', 'teamId', 'computed']) expect(user).not.toHaveProperty(hidden);
    expect(JSON.stringify(user)).not.toContain('sk_live_1');
  });

  it('is the same as a find gives, property by property', async () => {
    const { user } = await host.sessions.authenticate(token);
    const { computed, ...found } = (await host.users.findOrFail({ username: 'ann' })) as unknown as Member & Record<string, unknown>;
    expect({ ...user }).toEqual(found);
    expect(String(computed)).toBe('1');
  });

  it('whose row the host soft-deleted opens nothing any more [W6]', async () => {
    await host.dataSource.getRepository(Member).softDelete({ usernameKey: 'ann' });
    expect((await host.sessions.check(token)).status).toBe('not_found');
  });

  it('is found by the same statement for everybody', async () => {
    const statements = Statements.of(host.dataSource);
    await host.sessions.authenticate(token);
    expect(statements.texts).toHaveLength(1);
    expect(statements.texts[0]).not.toContain('stripeSecret');
  });
});
