import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, UseGuards, VersioningType } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth, ApiOkResponse, ApiOperation, ApiProperty, type OpenAPIObject } from '@nestjs/swagger';
import { Validator } from '@seriousme/openapi-schema-validator';
import { BaseUser, defineUsers, Field, LoginController, SessionGuard, UsersModule } from 'nestjs-users';
import { describeUsers } from 'nestjs-users/openapi';
import { Column, Entity } from 'typeorm';
import { FRAMEWORKS, type HostApp, type HostOptions } from '../../support/host-app.js';
import { describedApp, documentOf, operationsIn, plainDocument, routesIn, routesMounted } from './described-app.js';

class NoteView {
  @ApiProperty() text!: string;
}

@Controller('notes')
@UseGuards(SessionGuard)
class NotesController {
  @Get()
  @ApiCookieAuth('authCookie')
  @ApiBearerAuth('authBearer')
  @ApiOkResponse({ type: NoteView })
  mine(): NoteView {
    return { text: '' };
  }
}

class TalkativeLogin extends LoginController {
  @ApiOperation({ summary: 'Come in', description: 'In our words.' })
  @ApiOkResponse({ description: 'Who came in.', schema: { type: 'object' } })
  override login(request: object) {
    return super.login(request);
  }
}

@Entity('staff_users')
class StaffMember extends BaseUser {
  @Field({ set: ['registration'], show: ['self'] })
  @Column({ type: 'varchar', length: 20, default: '' })
  badge!: string;
}
const staff = defineUsers({ name: 'staff', user: StaffMember, tablePrefix: 'staff_' });

async function faultsOf(document: OpenAPIObject): Promise<unknown> {
  const { valid, errors } = await new Validator().validate(JSON.parse(JSON.stringify(document)) as Record<string, unknown>);
  return valid ? [] : errors;
}

type Loose = Record<string, { properties: Record<string, Record<string, unknown>>; required?: string[]; [key: string]: unknown }>;
const schemasOf = ({ components }: OpenAPIObject): Loose => components?.schemas as unknown as Loose;

describe('describeUsers()', () => {
  let host: HostApp | undefined;
  const start = async (options: HostOptions = {}): Promise<HostApp> => (host = await describedApp(options));
  afterEach(async () => {
    await host?.close();
    host = undefined;
  });
  const ours = (document: OpenAPIObject) =>
    [...operationsIn(document).values()].filter(({ operationId }) => operationId.startsWith('auth'));

  it('describes every route that is mounted, and none that is not', async () => {
    const { app } = await start();
    const document = documentOf(app);
    expect(routesIn(document)).toEqual(routesMounted(app));
    expect(ours(document)).toHaveLength(routesMounted(app).length);
    expect(ours(document).length).toBeGreaterThan(35);
  });

  it.each(['3.0.0', '3.1.0'])('makes a valid document of OpenAPI %s', async (version) => {
    const { app } = await start({ controllers: [NotesController] });
    const document = documentOf(app, { version });
    expect(await faultsOf(document)).toEqual([]);
    const { username } = schemasOf(document)['AuthUser']?.properties ?? {};
    expect(username).toEqual(version === '3.0.0' ? { type: 'string', nullable: true } : { type: ['string', 'null'] });
  });

  it.each(FRAMEWORKS)('says the same on %s', async (listen) => {
    const { app } = await start({ listen });
    const { paths } = documentOf(app);
    expect(Object.keys(paths)).toContain('/auth/sessions/{id}');
    expect(operationsIn(documentOf(app)).get('DELETE /auth/sessions/{id}')?.parameters).toEqual([
      { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
    ]);
  });

  it('gives each operation a name of its own that stays', async () => {
    const { app } = await start();
    const names = ours(documentOf(app)).map(({ operationId }) => operationId);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining(['authLogin', 'authGetMe', 'authListUsers', 'authSetUserPassword']));
  });

  it('follows prefix, paths and versions', async () => {
    const { app } = await start({
      routes: { account: 'api/auth', admin: 'manage' },
      configure: (app) => {
        app.setGlobalPrefix('v');
        app.enableVersioning({ type: VersioningType.URI, defaultVersion: ['1', '2'] });
      },
    });
    const document = documentOf(app);
    expect(routesIn(document)).toEqual(routesMounted(app));
    const operations = operationsIn(document);
    expect(operations.get('POST /v/v1/api/auth/login')).toMatchObject({ operationId: 'authLogin_v1', security: [] });
    expect(operations.get('POST /v/v2/api/auth/login')).toMatchObject({ operationId: 'authLogin_v2' });
    expect(operations.get('GET /v/v2/manage/users')?.parameters.map(({ name }) => name)).toContain('search');
    expect(await faultsOf(document)).toEqual([]);
  });

  it('follows a document without the global prefix', async () => {
    const { app } = await start({ configure: (app) => app.setGlobalPrefix('api') });
    expect(operationsIn(documentOf(app, { ignoreGlobalPrefix: true })).get('POST /auth/login')?.operationId).toBe('authLogin');
  });

  it('has no administration where there is none, and nothing where the routes are off', async () => {
    const { app } = await start({ routes: { admin: false } });
    expect(ours(documentOf(app)).every(({ tags }) => tags[0] === 'Account')).toBe(true);
    await host?.close();
    const off = (await start({ routes: false, controllers: [NotesController] })).app;
    expect(documentOf(off).components).toMatchObject({ schemas: { NoteView: {} }, securitySchemes: {} });
    expect(Object.keys(schemasOf(documentOf(off)))).toEqual(['NoteView']);
  });

  it("has the host's own fields, for each who sets or is shown them", async () => {
    const { app } = await start();
    const schemas = schemasOf(documentOf(app));
    expect(schemas['AuthRegistration']?.properties).toMatchObject({
      company: { type: 'string', maxLength: 80, title: 'Company' },
      newsletter: { type: 'boolean' },
    });
    expect(schemas['AuthRegistration']?.required).toEqual(['password']);
    expect(schemas['AuthProfileChanges']?.properties).toMatchObject({ seats: { type: 'integer', nullable: true } });
    expect(schemas['AuthUser']?.required).toContain('settings');
    const has = (schema: string, field: string) => Object.hasOwn(schemas[schema]?.properties ?? {}, field);
    expect([
      has('AuthRegistration', 'seats'),
      has('AuthUserCreation', 'company'),
      has('AuthUser', 'rate'),
      has('AuthUserForAdmin', 'born'),
    ]).toEqual([false, false, false, false]);
    expect([has('AuthUserForAdmin', 'rate'), has('AuthUserChanges', 'rate'), has('AuthUser', 'born')]).toEqual([true, true, true]);
    expect(JSON.stringify(schemas)).not.toContain('stripeId');
  });

  it('asks for what the options ask for', async () => {
    const { app } = await start({
      registration: { email: 'asUsername', signIn: true },
      passwords: { minLength: 12, maxLength: 100 },
    });
    const { AuthRegistration: registration, AuthRegistered: registered } = schemasOf(documentOf(app));
    expect(registration?.required).toEqual(['email', 'password']);
    expect(registration?.properties).toMatchObject({
      password: { minLength: 12, maxLength: 100 },
      transport: { enum: ['cookie', 'bearer'] },
    });
    expect(registration?.properties).not.toHaveProperty('username');
    expect(registered?.required).toEqual(['user', 'session']);
  });

  it.each([
    ['session', {}],
    ['__Host-session', { http: { cookie: { secure: true } } }],
    ['__Host-notes', { mail: { baseUrl: 'https://notes.example' }, http: { cookie: { name: 'notes' } } }],
  ] as const)('names the session cookie %s', async (name, options) => {
    const { app } = await start(options);
    expect(documentOf(app).components?.securitySchemes).toEqual({
      authCookie: { type: 'apiKey', in: 'cookie', name },
      authBearer: { type: 'http', scheme: 'bearer' },
      authApiKey: { type: 'apiKey', in: 'header', name: 'X-Api-Key' },
    });
  });

  it('offers only the carriers that there are', async () => {
    const { app } = await start({ http: { carriers: ['cookie'] } });
    const document = documentOf(app);
    expect(Object.keys(document.components?.securitySchemes ?? {})).toEqual(['authCookie']);
    expect(schemasOf(document)['AuthSignedIn']?.properties).not.toHaveProperty('token');
    const operations = operationsIn(document);
    expect(operations.get('GET /auth/me')?.security).toEqual([{ authCookie: [] }]);
    expect(operations.get('GET /auth/session')?.security).toEqual([{}, { authCookie: [] }]);
  });

  it("leaves the host's routes, words and document as they are", async () => {
    const { app } = await start({ controllers: [NotesController], routes: { replace: { login: TalkativeLogin } } });
    const plain = plainDocument(app);
    const before = JSON.stringify(plain);
    const document = describeUsers(app, plain);
    expect(JSON.stringify(plain)).toBe(before);
    expect(JSON.stringify(plainDocument(app))).toBe(before);
    expect(document.paths['/notes']).toEqual(plain.paths['/notes']);
    const login = operationsIn(document).get('POST /auth/login');
    expect(login).toMatchObject({
      summary: 'Come in',
      description: 'In our words.',
      responses: { 200: { description: 'Who came in.' }, 429: { headers: { 'Retry-After': {} } } },
    });
    expect(operationsIn(document).get('POST /auth/logout')?.operationId).toBe('authLogout');
    expect(await faultsOf(document)).toEqual([]);
    expect(describeUsers(app, document)).toEqual(document);
  });

  it('adds nothing to a document that is about other modules', async () => {
    @Module({ controllers: [NotesController] })
    class NotesModule {}
    const { app } = await start({ modules: [NotesModule] });
    const document = documentOf(app, { include: [NotesModule] });
    expect([routesIn(document), Object.keys(schemasOf(document))]).toEqual([['GET /notes'], ['NoteView']]);
  });

  it('refuses to mix up a schema of the host with one of ours', async () => {
    const { app } = await start();
    const document = plainDocument(app);
    const mine = { ...document, components: { schemas: { AuthUser: { type: 'object' as const } } } };
    expect(() => describeUsers(app, mine)).toThrow(/"AuthUser".*@ApiSchema/);
  });

  it('keeps two user spaces apart', async () => {
    const second = UsersModule.forRoot({ space: staff, routes: { account: 'staff/auth', admin: 'staff/admin' }, passport: false });
    const { app } = await start({ modules: [second as never] });
    const document = documentOf(app);
    expect(routesIn(document)).toEqual(routesMounted(app));
    const operations = operationsIn(document);
    expect(operations.get('POST /auth/login')).toMatchObject({ operationId: 'authLogin', tags: ['Account'] });
    expect(operations.get('POST /staff/auth/login')).toMatchObject({ operationId: 'staffLogin', tags: ['Staff Account'] });
    expect(operations.get('GET /staff/auth/me')?.security).toEqual([{ staffCookie: [] }, { staffBearer: [] }, { staffApiKey: [] }]);
    expect(document.components?.securitySchemes).toMatchObject({ staffCookie: { name: 'staff-session' }, authCookie: { name: 'session' } });
    expect(schemasOf(document)['StaffUser']?.properties).toHaveProperty('badge');
    expect(schemasOf(document)['AuthUser']?.properties).not.toHaveProperty('badge');
    expect(await faultsOf(document)).toEqual([]);
  });
});
