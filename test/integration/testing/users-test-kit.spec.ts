import { afterEach, describe, expect, it } from '@jest/globals';
import { Body, Controller, Get, type INestApplication, Injectable, Module, Post, UseGuards } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { InjectRepository, TypeOrmModule } from '@nestjs/typeorm';
import { AdminOnly, BaseUser, CurrentUser, defineUsers, SessionGuard, UsersModule, UsersService } from 'nestjs-users';
import { FakeClock, type UsersTestKit, usersTestKit, type UsersTestKitOptions } from 'nestjs-users/testing';
import { Column, DataSource, Entity, PrimaryGeneratedColumn, Repository } from 'typeorm';
import { testDatabase } from '../../support/database.js';
import { HttpClient } from '../../support/http-client.js';

@Entity('kit_users')
class AppUser extends BaseUser {
  @Column({ length: 80, default: 'Acme' }) company!: string;
}

@Entity('kit_staff')
class StaffUser extends BaseUser {}

@Entity('kit_notes')
class Note {
  @PrimaryGeneratedColumn() id!: number;
  @Column() owner!: string;
  @Column() text!: string;
}

@Injectable()
class NotesService {
  constructor(
    @InjectRepository(Note) private readonly notes: Repository<Note>,
    readonly users: UsersService,
  ) {}

  add(owner: string, text: string): Promise<Note> {
    return this.notes.save({ owner, text });
  }

  of(owner: string): Promise<Note[]> {
    return this.notes.findBy({ owner });
  }
}

@Controller('notes')
@UseGuards(SessionGuard)
class NotesController {
  constructor(private readonly notes: NotesService) {}

  @Get() mine(@CurrentUser() user: AppUser) {
    return this.notes.of(user.id);
  }
  @Post() add(@CurrentUser('id') id: string, @Body() { text }: { text: string }) {
    return this.notes.add(id, text);
  }
  @Get('all') @AdminOnly() all() {
    return 'all';
  }
}

@Module({ imports: [TypeOrmModule.forFeature([Note])], providers: [NotesService], controllers: [NotesController] })
class NotesModule {}

@Controller('plain')
class PlainController {
  @Get() get() {
    return { plain: true };
  }
}

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function alone<U extends BaseUser>(options?: UsersTestKitOptions<U>): Promise<UsersTestKit<U>> {
  const kit = await usersTestKit<U>(options).start();
  closers.push(() => kit.close());
  return kit;
}

async function hosted<U extends BaseUser>(
  options?: UsersTestKitOptions<U>,
): Promise<{ kit: UsersTestKit<U>; http: HttpClient; app: INestApplication }> {
  const kit = usersTestKit<U>(options);
  const app = (await Test.createTestingModule({ imports: [...kit.imports, NotesModule] }).compile()).createNestApplication();
  closers.push(() => app.close());
  await app.listen(0, '127.0.0.1');
  return { kit, app, http: new HttpClient(await app.getUrl()) };
}

describe('the kit among a host’s modules', () => {
  it('serves the host’s entities and acts as anybody, by token and by cookie', async () => {
    const { kit, http } = await hosted({ user: AppUser });
    const [ann, bob] = [await kit.actingAs(await kit.createUser()), await kit.actingAs(await kit.createUser({ username: 'bob' }))];
    expect((await http.post('/notes', { text: 'milk' }, { headers: ann.headers })).status).toBe(201);
    expect((await http.get('/notes', { headers: ann.browserHeaders })).body).toMatchObject([{ text: 'milk', owner: ann.user.id }]);
    expect((await http.post('/notes', { text: 'eggs' }, { headers: bob.browserHeaders })).status).toBe(201);
    expect((await http.get('/notes', { headers: { cookie: bob.cookie } })).body).toMatchObject([{ text: 'eggs' }]);
    expect((await http.get('/notes')).status).toBe(401);
  });

  it('makes users of the host’s class, and administrators', async () => {
    const { kit, http } = await hosted({ user: AppUser });
    const [ann, root] = [await kit.createUser({ company: 'Globex' }), await kit.createUser({ isAdmin: true })];
    expect([ann instanceof AppUser, ann.company, root.username]).toEqual([true, 'Globex', 'user2']);
    expect((await http.get('/notes/all', { headers: (await kit.actingAs(ann)).headers })).status).toBe(403);
    expect((await http.get('/notes/all', { headers: (await kit.actingAs(root)).headers })).status).toBe(200);
  });

  it('keeps what people are told, and lets them log in over HTTP', async () => {
    const { kit, http } = await hosted({ options: { routes: true, registration: { email: 'required' } } });
    const registration = { username: 'ann', email: 'ann@example.org', password: kit.password };
    expect((await http.post('/auth/register', registration)).status).toBe(202);
    await kit.settled();
    const { token } = kit.inbox.last('confirm-email', 'ann@example.org');
    expect((await http.post('/auth/email/confirm', { token })).status).toBeLessThan(300);
    expect((await http.post('/auth/login', { login: 'ann', password: kit.password })).status).toBe(200);
    expect((await http.get('/notes')).status).toBe(200);
  });

  it('names the cookie as the application does', async () => {
    for (const http of [{ cookie: { name: 'sid' } }, { cookie: { name: 'sid', secure: true } }]) {
      const { kit, http: client } = await hosted({ options: { http } });
      const { cookie } = await kit.actingAs(await kit.createUser());
      expect((await client.get('/notes', { headers: { cookie } })).status).toBe(200);
    }
  });

  it('serves another user space by its own names', async () => {
    const staff = defineUsers({ name: 'staff', user: StaffUser, tablePrefix: 'staff_' });
    @Controller('desk')
    @UseGuards(staff.SessionGuard)
    class DeskController {
      @Get() get(@CurrentUser('username') name: string) {
        return { name };
      }
    }
    const kit = usersTestKit({ options: { space: staff } });
    const app = (await Test.createTestingModule({ imports: kit.imports, controllers: [DeskController] }).compile()).createNestApplication();
    closers.push(() => app.close());
    await app.listen(0, '127.0.0.1');
    const { cookie, user } = await kit.actingAs(await kit.createUser());
    expect([cookie.split('=')[0], user instanceof StaffUser]).toEqual(['staff-session', true]);
    const http = new HttpClient(await app.getUrl());
    expect((await http.get('/desk', { headers: { cookie } })).body).toEqual({ name: 'user1' });
  });

  it('gives the services of its own space where the host has another besides', async () => {
    const staff = defineUsers({ name: 'staff', tablePrefix: 'staff_' });
    const kit = usersTestKit();
    closers.push(() => kit.close());
    const app = await kit.serve({ modules: [UsersModule.forRoot({ space: staff })], listen: false });
    const { user } = await kit.actingAs(await kit.createUser());
    expect([user.createdAt, user.lastLoginAt]).toEqual([kit.clock.now(), kit.clock.now()]);
    expect(await app.get<UsersService>(staff.UsersService, { strict: false }).count()).toBe(0);
  });

  it('gives each compiled module an empty database', async () => {
    const kit = usersTestKit();
    for (let time = 0; time < 2; time += 1) {
      const module = await Test.createTestingModule({ imports: kit.imports }).compile();
      closers.push(() => module.close());
      await module.init();
      expect((await kit.users.list()).items).toEqual([]);
      await kit.createUser({ username: 'ann' });
    }
  });

  it('says what to do where nothing runs yet', () => {
    expect(() => usersTestKit().users).toThrow(/kit\.imports.*kit\.start/);
  });
});

describe('the application that the kit serves', () => {
  it.each([
    ['Express', undefined],
    ['Fastify', new FastifyAdapter()],
  ])('has the host’s modules and controllers on %s, set up as its main.ts does', async (_name, adapter) => {
    const kit = usersTestKit({ options: { routes: true } });
    closers.push(() => kit.close());
    const app = await kit.serve({
      modules: [NotesModule],
      controllers: [PlainController],
      ...(adapter && { adapter }),
      configure: (made) => made.setGlobalPrefix('api'),
    });
    const http = new HttpClient(await app.getUrl());
    await kit.createUser({ username: 'ann' });
    expect((await http.post('/api/auth/login', { login: 'ann', password: kit.password })).status).toBe(200);
    expect((await http.get('/api/notes')).body).toEqual([]);
    expect((await http.get('/api/plain')).body).toEqual({ plain: true });
    expect((await http.get('/notes')).status).toBe(404);
  });

  it('is initialised without a port where none is asked for', async () => {
    const kit = usersTestKit();
    closers.push(() => kit.close());
    const app = await kit.serve({ modules: [NotesModule], listen: false });
    expect((app.getHttpServer() as { listening: boolean }).listening).toBe(false);
    expect(await app.get(NotesService).of('ann')).toEqual([]);
  });

  it('leaves nothing open when its start is refused', async () => {
    const dataSources: DataSource[] = [];
    @Injectable()
    class Refusing {
      constructor(dataSource: DataSource) {
        dataSources.push(dataSource);
        throw new Error('not today');
      }
    }
    @Module({ providers: [Refusing] })
    class RefusingModule {}
    await expect(usersTestKit().serve({ modules: [RefusingModule] })).rejects.toThrow('not today');
    const configure = (app: INestApplication): void => {
      dataSources.push(app.get(DataSource));
      throw new Error('nor so');
    };
    await expect(usersTestKit().serve({ configure })).rejects.toThrow('nor so');
    expect(dataSources.map(({ isInitialized }) => isInitialized)).toEqual([false, false]);
  });
});

describe('the kit alone', () => {
  it('moves time for everything at once', async () => {
    const kit = await alone();
    const { token } = await kit.actingAs(await kit.createUser());
    kit.clock.advance('9d');
    expect((await kit.sessions.check(token)).status).toBe('ok');
    kit.clock.advance('11d');
    expect((await kit.sessions.check(token)).status).toBe('expired');
  });

  it('knows the password of whom it made', async () => {
    const kit = await alone();
    await kit.createUser({ username: 'ann' });
    const { user } = await kit.sessions.login({ login: 'ann', password: kit.password });
    expect(user.username).toBe('ann');
  });

  it('keeps the token of a reset', async () => {
    const kit = await alone();
    await kit.createUser({ username: 'ann' });
    await kit.resets.request({ email: 'ann@example.org' });
    await kit.settled();
    await kit.resets.reset(kit.inbox.last('reset-password', 'ann@example.org').token, 'another horse battery');
    await expect(kit.sessions.login({ login: 'ann', password: kit.password })).rejects.toThrow();
  });

  it('says what there is where a message is not', async () => {
    const kit = await alone();
    expect(() => kit.inbox.last('confirm-email', 'eve@example.org')).toThrow(
      'Nobody was told "confirm-email" at eve@example.org; there is [].',
    );
  });

  it('opens a session that lacks a step', async () => {
    const kit = await alone();
    const { session } = await kit.actingAs(await kit.createUser(), { needs: ['new-password'] });
    expect(session.needs).toEqual(['new-password']);
  });

  it('takes another clock and the ports of the test', async () => {
    const kit = await alone({ clock: new FakeClock(new Date('2040-01-01T00:00:00.000Z')) });
    expect((await kit.createUser()).createdAt.getUTCFullYear()).toBe(2040);
  });

  it('runs on the engine that it is given', async () => {
    const { options, drop } = await testDatabase();
    closers.push(drop);
    const kit = await alone({ database: options });
    expect((await kit.createUser()).status).toBe('active');
    expect(kit.dataSource.options.type).toBe(options.type);
  });
});
