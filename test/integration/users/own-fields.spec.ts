import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BaseUser, Field, InvalidInputError, type StandardSchema, usersMigrations } from 'nestjs-users';
import { Column, Entity, type MigrationInterface, type QueryRunner } from 'typeorm';
import { UserChanges } from '../../../lib/accounts/user-changes.js';
import { UserCreation } from '../../../lib/registration/user-creation.js';
import { OwnFields } from '../../../lib/users/own-fields.js';
import { HostApp, PASSWORD } from '../../support/host-app.js';
import { NO_LIMITS, VISITOR } from '../../support/limits.js';

/** As zod and others implement it. */
const upperCase: StandardSchema = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) =>
      typeof value === 'string' && /^[A-Za-z]{2}$/.test(value) ? { value: value.toUpperCase() } : { issues: [{ message: 'two letters' }] },
  },
};

@Entity('auth_users')
class AppUser extends BaseUser {
  @Field({ set: ['registration', 'self'], show: ['self', 'admin'] }) @Column({ length: 80, default: '' }) company!: string;
  @Field({ set: ['self'], show: ['self'], schema: upperCase }) @Column({ type: 'varchar', length: 2, nullable: true }) country!:
    string | null;
  @Field({ set: ['self', 'admin'], show: ['self'] }) @Column({ type: 'int', nullable: true }) age!: number | null;
  @Field({ set: ['self'], show: ['self'] }) @Column({ type: Boolean, default: false }) newsletter!: boolean;
  @Field({ set: ['admin'], show: ['admin'], label: 'Credit line' }) @Column({ type: 'int', default: 0 }) credit!: number;
  @Column({ type: 'varchar', length: 40, nullable: true }) stripeId!: string | null;
  @Column({ type: 'varchar', length: 40, nullable: true, select: false }) secret!: string | null;

  label(): string {
    return `${this.username ?? ''} (${this.company})`;
  }
}

class AddOwnColumns1790000000009 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const flag = runner.connection.options.type === 'postgres' ? 'boolean NOT NULL DEFAULT false' : 'tinyint NOT NULL DEFAULT 0';
    const columns = [
      "company varchar(80) NOT NULL DEFAULT ''",
      'country varchar(2)',
      'age int',
      `newsletter ${flag}`,
      'credit int NOT NULL DEFAULT 0',
      'secret varchar(40)',
    ];
    for (const column of [...columns, `${runner.connection.driver.escape('stripeId')} varchar(40)`])
      await runner.query(`ALTER TABLE auth_users ADD COLUMN ${column}`);
  }

  async down(): Promise<void> {
    throw new Error('A test goes forward only.');
  }
}

describe('a host’s own user class', () => {
  let host: HostApp;
  beforeAll(async () => {
    host = await HostApp.start({
      user: AppUser,
      migrate: false,
      limits: NO_LIMITS,
      connection: (options) => ({ ...options, migrations: [...usersMigrations, AddOwnColumns1790000000009], migrationsRun: true }),
    });
  });
  afterAll(() => host.close());

  let last = 0;
  const create = async (more: object = {}): Promise<AppUser> =>
    (await host.users.create({ username: `u${(last += 1)}`, password: PASSWORD, ...more })) as unknown as AppUser;
  const change = async (user: BaseUser, patch: object, editor: 'self' | 'admin' | 'trusted' = 'self') =>
    (await host.app.get(UserChanges).update(user.id, patch, editor)) as AppUser;

  it('is what everybody gets, with its methods, its columns, and without what is not selected', async () => {
    const made = await create({ username: 'ann', company: 'Ann & Co', stripeId: 'cus_1', secret: 'no' });
    const { token } = await host.sessions.login({ login: 'ann', password: PASSWORD });
    for (const user of [
      made,
      await host.users.find({ username: 'ann' }),
      (await host.sessions.authenticate(token)).user,
      (await host.users.list({ prefix: 'ann' })).items[0],
    ] as unknown as AppUser[]) {
      expect(user).toBeInstanceOf(AppUser);
      expect([user.label(), user.stripeId, user.newsletter, user.status]).toEqual(['ann (Ann & Co)', 'cus_1', false, 'active']);
      expect([user.secret, user.usernameKey, user.emailKey]).toEqual([undefined, undefined, undefined]);
    }
  });

  it('[W1] shows as JSON what the user himself may see, and nothing else', async () => {
    const user = await create({
      company: 'A',
      country: 'de',
      credit: 5,
      stripeId: 'cus_2',
      data: { plan: 'gold' },
      profile: { theme: 'dark' },
      email: 'json@example.org',
    });
    expect(Object.keys(JSON.parse(JSON.stringify(user)) as object)).toEqual([
      'id',
      'username',
      'email',
      'displayName',
      'status',
      'isAdmin',
      'emailConfirmedAt',
      'mustChangePassword',
      'createdAt',
      'updatedAt',
      'lastLoginAt',
      'profile',
      'company',
      'country',
      'age',
      'newsletter',
    ]);
  });

  it('[B-101] [W12] lets each editor write his list and no more', async () => {
    const wanted = { company: 'B', country: 'fr', age: 7, newsletter: true, credit: 9, stripeId: 'cus_3', secret: 'x' };
    await host.users.register({ username: 'reg', password: PASSWORD, ...wanted }, VISITOR);
    expect(await host.users.findOrFail({ username: 'reg' })).toMatchObject({
      company: 'B',
      country: null,
      age: null,
      newsletter: false,
      credit: 0,
      stripeId: null,
    });
    const user = await create();
    expect(await change(user, wanted, 'self')).toMatchObject({
      company: 'B',
      country: 'FR',
      age: 7,
      newsletter: true,
      credit: 0,
      stripeId: null,
    });
    expect(await change(user, { ...wanted, company: 'C', age: 8 }, 'admin')).toMatchObject({
      company: 'B',
      age: 8,
      credit: 9,
      stripeId: null,
    });
    expect(await change(user, wanted, 'trusted')).toMatchObject({ company: 'B', age: 7, credit: 9, stripeId: 'cus_3' });
    const made = (await host.app.get(UserCreation).create({ username: 'adm', ...wanted }, 'admin')) as AppUser;
    expect([made.company, made.age, made.credit, made.stripeId]).toEqual(['', 7, 9, null]);
  });

  it.each([
    ['company', 'x'.repeat(81)],
    ['company', 1],
    ['company', null],
    ['company', ['a']],
    ['company', { $ne: '' }],
    ['company', 'a\0b'],
    ['company', '\ud800'],
    ['country', 'Germany'],
    ['country', 'd1'],
    ['age', '7'],
    ['age', 1.5],
    ['age', 2 ** 31],
    ['age', NaN],
    ['age', true],
    ['newsletter', 'true'],
    ['newsletter', 1],
    ['newsletter', null],
  ])('[B-105] refuses for %s the value %p, and writes nothing', async (name, value) => {
    const user = await create();
    await expect(change(user, { displayName: 'New', [name]: value })).rejects.toThrow(InvalidInputError);
    expect((await host.users.findOrFail(user.id)).displayName).toBeNull();
  });

  it('takes an empty text, and null where the column does', async () => {
    const user = await create({ company: 'A', age: 5, country: 'de' });
    expect(await change(user, { company: '', age: null }, 'trusted')).toMatchObject({ company: '', age: null, country: 'DE' });
  });

  it('tells a form what there is', () => {
    expect(host.app.get(OwnFields).describe()).toEqual([
      { name: 'company', label: 'company', type: 'text', set: ['registration', 'self'], show: ['self', 'admin'] },
      { name: 'country', label: 'country', type: 'text', set: ['self'], show: ['self'] },
      { name: 'age', label: 'age', type: 'number', set: ['self', 'admin'], show: ['self'] },
      { name: 'newsletter', label: 'newsletter', type: 'flag', set: ['self'], show: ['self'] },
      { name: 'credit', label: 'Credit line', type: 'number', set: ['admin'], show: ['admin'] },
    ]);
  });
});
