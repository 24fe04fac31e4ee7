import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HttpClient } from '../support/http-client.js';
import { FreshHost } from './fresh-host.js';
import { Guide } from './guide.js';
import { type HostStarter, NEST_11_COMMONJS, NEST_12_ESM } from './host-starters.js';
import { PackedHost } from './packed.js';

/** An install from nothing compiles SQLite's driver. */
const INSTALL = 900_000;
const MINUTES = 300_000;

const README = new Guide('README.md');
const STARTED = new Guide('docs/guides/getting-started.md');
const COMMONJS = new Guide('docs/guides/commonjs.md');
const PASSWORD = 'a quiet green harbour';
const ADMIN_PASSWORD = 'another quiet harbour';

/** In a host without "type": "module" TypeScript leaves the endings of its own files to the reader, and the starter writes none. */
const inWordsOf = ({ extension }: HostStarter, text: string): string => text.replaceAll(/(from '\.[^']*)\.js'/g, `$1${extension}'`);

const VERSIONS: Record<string, readonly [nest: string, typeorm: string]> = {
  [NEST_11_COMMONJS.name]: ['11.', '0.3.'],
  [NEST_12_ESM.name]: ['12.', '1.'],
};

let packed: PackedHost;
beforeAll(() => {
  packed = PackedHost.make();
}, 60_000);
afterAll(() => packed?.remove());

describe.each([NEST_11_COMMONJS, NEST_12_ESM])('a fresh host: $name', (starter) => {
  let host: FreshHost;
  beforeAll(() => {
    host = FreshHost.make(starter, new Guide(starter.page).installed(), packed.tarball);
  }, INSTALL);
  afterAll(() => host?.stop());

  it('has the versions that it is meant to have', () => {
    const [nest = '', typeorm = ''] = VERSIONS[starter.name] ?? [];
    for (const name of ['common', 'core', 'typeorm']) expect(host.versionOf(`@nestjs/${name}`)).toMatch(new RegExp(`^${nest}`));
    expect(host.versionOf('typeorm').startsWith(typeorm)).toBe(true);
  });

  describe.each([
    ['README.md', () => README.blockWith('export class AppModule')],
    ['docs/guides/getting-started.md', () => STARTED.file('src/app.module.ts')],
  ])('with the app of %s, word for word', (_page, block) => {
    let url: string;
    beforeAll(async () => {
      host.command('rm', ['-rf', 'dist', 'src/own', 'data.sqlite', 'data.sqlite-wal', 'data.sqlite-shm', 'tsconfig.build.tsbuildinfo']);
      host.write('src/app.module.ts', block());
      host.write('src/first-admin.ts', inWordsOf(starter, STARTED.file('src/first-admin.ts')));
      host.command('npm', ['run', 'build']);
      const [first = ''] = STARTED.commands('ADMIN_PASSWORD=');
      host.command('bash', ['-c', first]);
      url = await host.start('dist/main');
    }, MINUTES);
    afterAll(() => host.stop());

    it('registers, logs in, opens the guarded route to who is signed in and the administrator’s to nobody else', async () => {
      const [stranger, ann, root] = [new HttpClient(url), new HttpClient(url), new HttpClient(url)];
      expect(await stranger.get('/notes')).toMatchObject({ status: 401, body: { code: 'USERS_UNAUTHENTICATED' } });
      expect((await ann.post('/auth/register', { username: 'ann', password: PASSWORD })).status).toBe(201);
      expect((await ann.post('/auth/login', { login: 'ann', password: PASSWORD })).status).toBe(200);
      expect(await ann.get('/notes')).toMatchObject({ status: 200, body: [expect.stringContaining('A note of')] });
      expect(await ann.get('/notes/all')).toMatchObject({ status: 403 });
      expect((await root.post('/auth/login', { login: 'root', password: ADMIN_PASSWORD })).status).toBe(200);
      expect(await root.get('/notes/all')).toMatchObject({ status: 200, body: ['Every note.'] });
      expect((await ann.post('/auth/logout')).status).toBe(204);
      expect((await ann.get('/notes')).status).toBe(401);
    });

    it(
      'runs in the host’s own test runner, with the lines of the guide where it needs any',
      () => {
        const spec = COMMONJS.file('src/app.spec.ts');
        host.write('src/app.spec.ts', starter.extension === '' ? spec : spec.replace("'./app.module'", "'./app.module.js'"));
        if (starter.manifest['jest'] !== undefined) {
          host.configure({ jest: starter.manifest['jest'] });
          expect(() => host.command('npm', ['test'])).toThrow(/Must use import to load ES Module/);
          const lines = JSON.parse(`{${COMMONJS.below('<!-- jest -->').replace(/,$/, '')}}`) as object;
          host.configure({ jest: { ...(starter.manifest['jest'] as object), ...lines } });
        }
        expect(host.command('npm', ['test'])).toBeDefined();
      },
      MINUTES,
    );

    it('answers the commands of the guide', () => {
      const commands = STARTED.commands('curl ').map((line) => line.replaceAll('http://localhost:3000', url).replaceAll('ann', 'bob'));
      const [register = '', login = '', closed = '', open = ''] = commands;
      const run = (command: string, env = {}): string => host.command('bash', ['-c', command], env);
      run(register);
      const { token } = JSON.parse(run(login)) as { token: string };
      expect(run(closed)).toMatch(/^HTTP\/1.1 401 /);
      expect(run(open, { TOKEN: token })).toMatch(/^HTTP\/1.1 200 [^]*A note of/);
      expect(commands).toHaveLength(4);
    });
  });

  it(
    'has own fields by the README’s class, word for word, on a table that synchronize makes',
    async () => {
      host.command('rm', ['-rf', 'dist', 'src', 'data.sqlite', 'data.sqlite-wal', 'data.sqlite-shm', 'tsconfig.build.tsbuildinfo']);
      for (const [file, text] of Object.entries(starter.files)) host.write(file, text);
      host.write('src/users.ts', README.blockWith('export class AppUser'));
      host.write('src/mail.ts', README.blockWith('nodemailerTransport'));
      host.write('src/app.module.ts', inWordsOf(starter, OWN_FIELDS));
      host.command('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', 'nodemailer']);
      host.command('npm', ['run', 'build']);
      const ann = new HttpClient(await host.start('dist/main'));
      const body = { username: 'ann', password: PASSWORD, company: 'Harbour Ltd', stripeId: 'mine' };
      expect(await ann.post('/auth/register', body)).toMatchObject({ status: 201 });
      await ann.post('/auth/login', { login: 'ann', password: PASSWORD });
      expect(await ann.get('/label')).toMatchObject({ status: 200, text: 'ann (Harbour Ltd) null' });
      await host.stop();
    },
    MINUTES,
  );
});

/** The README shows the class and the module; a guarded route reads it, typed, and calls its method. */
const OWN_FIELDS = `
import { Controller, Get, Module, UseGuards } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CurrentUser, SessionGuard } from 'nestjs-users';
import { users } from './users.js';

@Controller()
class LabelController {
  @Get('label')
  @UseGuards(SessionGuard)
  label(@CurrentUser() user: CurrentUser): string {
    return user.label() + ' ' + String(user.stripeId);
  }
}

@Module({
  imports: [TypeOrmModule.forRoot({ type: 'better-sqlite3', database: ':memory:', synchronize: true, autoLoadEntities: true }), users],
  controllers: [LabelController],
})
export class AppModule {}
`;
