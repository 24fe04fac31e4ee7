/** A host with one controller, as far as a test runner sees it. */
export const NOTES = `import { Controller, Get, Injectable, UseGuards } from '@nestjs/common';
import { AdminOnly, CurrentUser, SessionGuard } from 'nestjs-users';

@Injectable()
export class NotesService {
  of(owner: string) {
    return [{ owner, text: 'milk' }];
  }
}

@Controller('notes')
@UseGuards(SessionGuard)
export class NotesController {
  constructor(private readonly notes: NotesService) {}
  @Get() mine(@CurrentUser() user: CurrentUser) {
    return this.notes.of(user.username ?? '');
  }
  @Get('all') @AdminOnly() all() {
    return 'all';
  }
}`;

/** How many tests {@link specFor} holds. */
export const TESTS = 13;

/** What the host tests, with what we offer him. */
export const specFor = (runner: string): string => `import 'reflect-metadata';
import { afterEach, expect, it } from '${runner}';
import { Test } from '@nestjs/testing';
import { SessionGuard } from 'nestjs-users';
import { clockContract, FakeClock, passwordHasherContract, FastHasher, signedInAs, usersTestKit, UsersTestingModule } from 'nestjs-users/testing';
import { NotesController, NotesService } from './notes.controller';

const parts = { providers: [NotesService], controllers: [NotesController] };
let app;
afterEach(() => app?.close());
async function listen(builder) {
  app = (await builder.compile()).createNestApplication();
  await app.listen(0, '127.0.0.1');
  return app.getUrl();
}

it('signs in without a database', async () => {
  const builder = Test.createTestingModule({ imports: [UsersTestingModule], ...parts });
  const url = await listen(builder.overrideGuard(SessionGuard).useValue(signedInAs({ username: 'ann' })));
  expect(await (await fetch(url + '/notes')).json()).toEqual([{ owner: 'ann', text: 'milk' }]);
  expect((await fetch(url + '/notes/all')).status).toBe(403);
});

it('brings the library in memory', async () => {
  const kit = usersTestKit();
  const url = await listen(Test.createTestingModule({ imports: kit.imports, ...parts }));
  const { headers } = await kit.actingAs(await kit.createUser({ username: 'root', isAdmin: true }));
  expect((await fetch(url + '/notes/all', { headers })).status).toBe(200);
  expect((await fetch(url + '/notes/all')).status).toBe(401);
});

for (const c of clockContract) it(c.name, () => c.verify(() => new FakeClock()));
for (const c of passwordHasherContract) it(c.name, () => c.verify(() => new FastHasher()));
it('lets a broken adapter fail', async () => {
  await expect(clockContract[0].verify(() => ({ now: () => new Date(NaN) }))).rejects.toThrow('valid Date');
});`;
