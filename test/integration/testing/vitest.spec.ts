import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PackedHost, ROOT } from '../../packaging/packed.js';

const run = promisify(execFile);

/** Vite reads the decorators' settings from here. */
const TSCONFIG = `{ "compilerOptions": { "target": "ES2022", "module": "NodeNext", "experimentalDecorators": true, "emitDecoratorMetadata": true, "useDefineForClassFields": false } }`;
const CONFIG = `import { defineConfig } from 'vitest/config';
export default defineConfig({ test: { include: ['**/*.spec.ts'] } });`;

const NOTES = `import { Controller, Get, Injectable, UseGuards } from '@nestjs/common';
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

const SPEC = `import 'reflect-metadata';
import { afterEach, expect, it } from 'vitest';
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

describe('nestjs-users/testing on Vitest', () => {
  let host: PackedHost;
  beforeAll(() => {
    host = PackedHost.make();
    host.write('package.json', '{ "name": "host", "type": "module" }');
    host.write('tsconfig.json', TSCONFIG);
    host.write('vitest.config.ts', CONFIG);
    host.write('notes.controller.ts', NOTES);
  }, 60_000);
  afterAll(() => host?.remove());

  /** What Vitest reports, be it good or bad. */
  async function report(spec: string): Promise<{ numPassedTests: number; numFailedTests: number }> {
    host.write('notes.spec.ts', spec);
    const vitest = [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--reporter=json', '--root', host.path];
    const { NODE_OPTIONS: _, JEST_WORKER_ID: __, ...env } = process.env;
    const { stdout } = await run(process.execPath, vitest, { cwd: host.path, env: { ...env, NODE_ENV: 'test' } }).catch((error: { stdout: string }) => error);
    return JSON.parse(stdout.slice(stdout.indexOf('{'))) as { numPassedTests: number; numFailedTests: number };
  }

  it('signs in, brings the kit and runs contracts', async () => {
    const found = await report(SPEC);
    expect(found).toMatchObject({ numFailedTests: 0, numPassedTests: 13 });
  }, 120_000);

  it('tells when a test of it fails', async () => {
    const found = await report(SPEC.replace('toBe(403)', 'toBe(200)'));
    expect(found).toMatchObject({ numFailedTests: 1, numPassedTests: 12 });
  }, 120_000);
});
