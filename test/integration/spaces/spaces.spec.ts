import { Controller, Get, Inject, Injectable, Module, Req, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { INestApplication } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AuthGuard } from '@nestjs/passport';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  BaseUser,
  CurrentUser,
  defineUsers,
  type PasswordResetService,
  Public,
  SessionGuard,
  type SessionsService,
  UsersModule,
  UsersService,
} from 'nestjs-users';
import { Column, Entity, type QueryRunner } from 'typeorm';
import { CountingHasher } from '../../support/counting-hasher.js';
import { testDatabase, type TestDatabase } from '../../support/database.js';
import { FRAMEWORKS, PASSWORD } from '../../support/host-app.js';
import { HttpClient } from '../../support/http-client.js';

@Entity('staff_users')
class Staff extends BaseUser {
  @Column({ type: 'varchar', length: 20, default: '' }) badge!: string;
}

const staff = defineUsers({ name: 'staff', user: Staff, tablePrefix: 'staff_' });

@Controller()
class PlacesController {
  @Get('shop') @UseGuards(SessionGuard) shop(@CurrentUser() user: BaseUser) {
    return { name: user.username, isStaff: user instanceof Staff };
  }
  @Get('office') @UseGuards(staff.SessionGuard) office(@CurrentUser() user: BaseUser) {
    return { name: user.username, isStaff: user instanceof Staff };
  }
  @Get('passport/shop') @UseGuards(AuthGuard('users-session')) shopByPassport(@Req() { user }: { user: BaseUser }) {
    return { name: user.username, isStaff: user instanceof Staff };
  }
  @Get('passport/office') @UseGuards(AuthGuard('staff-session')) officeByPassport(@Req() { user }: { user: BaseUser }) {
    return { name: user.username, isStaff: user instanceof Staff };
  }
  @Get('vault') @staff.AdminOnly() vault() {
    return 'gold';
  }
}

@Controller('mixed')
@Public()
class MixedController {
  @Get() @UseGuards(staff.SessionGuard) closed() {
    return 'closed';
  }
}

@Injectable()
class Doorman {
  constructor(
    readonly customers: UsersService,
    @Inject(staff.UsersService) readonly employees: UsersService<Staff>,
    @Inject(staff.SessionsService) readonly shifts: SessionsService<Staff>,
    @Inject(staff.PasswordResetService) readonly resets: PasswordResetService<Staff>,
  ) {}
}

@Module({ controllers: [PlacesController, MixedController], providers: [Doorman], exports: [Doorman] })
class PlacesModule {}

const ports = { hasher: new CountingHasher() };

describe.each(FRAMEWORKS)('[1.2] two user spaces in one app on %s', (framework) => {
  let app: INestApplication;
  let database: TestDatabase;
  let doorman: Doorman;
  let url: string;

  beforeAll(async () => {
    database = await testDatabase();
    class App {}
    Module({
      imports: [
        TypeOrmModule.forRoot({
          ...database.options,
          entities: [...defineUsers().entities, ...staff.entities],
          migrations: [...defineUsers().migrations, ...staff.migrations, AddBadge1790000000000],
          migrationsRun: true,
        }),
        UsersModule.forRoot({ routes: true, ports }),
        UsersModule.forRoot({ space: staff, routes: { account: 'staff/auth', admin: false }, ports }),
        PlacesModule,
      ],
    })(App);
    app =
      framework === 'fastify'
        ? await NestFactory.create(App, new FastifyAdapter() as never, { logger: false, abortOnError: false } as object)
        : await NestFactory.create(App, { logger: false, abortOnError: false });
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
    doorman = app.get(Doorman, { strict: false });
    await doorman.customers.create({ username: 'ann', password: PASSWORD });
    await doorman.employees.create({ username: 'ann', password: `${PASSWORD} too`, badge: 'B7' });
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  it('keeps the same name apart: own tables, passwords and classes', async () => {
    const [customer, employee] = [
      await doorman.customers.findOrFail({ username: 'ann' }),
      await doorman.employees.findOrFail({ username: 'ann' }),
    ];
    expect(customer.id).not.toBe(employee.id);
    expect([customer instanceof Staff, employee instanceof Staff, employee.badge]).toEqual([false, true, 'B7']);
    expect(await doorman.customers.verifyCredentials('ann', `${PASSWORD} too`)).toBeNull();
  });

  it('gives each its own paths and cookies, and lets nobody in by the other one’s session', async () => {
    const [shopper, worker] = [new HttpClient(url), new HttpClient(url)];
    expect((await shopper.post('/auth/login', { login: 'ann', password: PASSWORD })).status).toBe(200);
    expect((await worker.post('/staff/auth/login', { login: 'ann', password: `${PASSWORD} too` })).status).toBe(200);
    expect([[...shopper.cookies.keys()], [...worker.cookies.keys()]]).toEqual([
      ['session', 'device'],
      ['staff-session', 'staff-device'],
    ]);
    expect((await shopper.get('/shop')).body).toEqual({ name: 'ann', isStaff: false });
    expect((await worker.get('/office')).body).toEqual({ name: 'ann', isStaff: true });
    expect((await shopper.get('/office')).status).toBe(401);
    expect((await worker.get('/shop')).status).toBe(401);
    expect((await new HttpClient(url).get('/office', { token: shopper.cookies.get('session') ?? '' })).status).toBe(401);
  });

  it('registers Passport’s strategies by the space’s name, each for its own sessions', async () => {
    const [shopper, worker] = [new HttpClient(url), new HttpClient(url)];
    await shopper.post('/auth/login', { login: 'ann', password: PASSWORD });
    await worker.post('/staff/auth/login', { login: 'ann', password: `${PASSWORD} too` });
    expect((await shopper.get('/passport/shop')).body).toEqual({ name: 'ann', isStaff: false });
    expect((await worker.get('/passport/office')).body).toEqual({ name: 'ann', isStaff: true });
    expect([(await shopper.get('/passport/office')).status, (await worker.get('/passport/shop')).status]).toEqual([401, 401]);
  });

  it('guards a method by its own guard even where its class is public', async () => {
    expect((await new HttpClient(url).get('/mixed')).status).toBe(401);
  });

  it('judges administrators by their own space', async () => {
    const boss = new HttpClient(url);
    await boss.post('/staff/auth/login', { login: 'ann', password: `${PASSWORD} too` });
    expect((await boss.get('/vault')).status).toBe(403);
    await doorman.employees.setAdmin({ username: 'ann' });
    expect((await boss.get('/vault')).text).toBe('gold');
  });
});

class AddBadge1790000000000 {
  readonly name = 'AddBadge1790000000000';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query("ALTER TABLE staff_users ADD badge varchar(20) DEFAULT '' NOT NULL");
  }
  async down(): Promise<void> {}
}

describe('[1.2] a user space', () => {
  it('has a name of its own in an app: the same twice is a start-up error', async () => {
    const database = await testDatabase();
    class App {}
    const space = { space: staff, ports };
    Module({
      imports: [
        TypeOrmModule.forRoot({ ...database.options, autoLoadEntities: true }),
        UsersModule.forRoot(space),
        UsersModule.forRoot({ ...space, routes: true }),
      ],
    })(App);
    await expect(NestFactory.create(App, { logger: false, abortOnError: false })).rejects.toThrow('staff');
    await database.drop();
  });

  it('needs a user class of its own', () => {
    expect(() => defineUsers({ name: 'other', user: Staff, tablePrefix: 'other_' })).toThrow('staff_');
    expect(() => defineUsers({ name: 'Not a name' })).toThrow('small letters');
  });
});
