import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Inject, Injectable, Module, type Type, UseGuards } from '@nestjs/common';
import { Args, Field, GraphQLModule, Mutation, ObjectType, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import type { MercuriusDriverConfig } from '@nestjs/mercurius';
import {
  AdminOnly,
  CurrentSession,
  CurrentUser,
  defineUsers,
  OptionalSession,
  Public,
  SessionGuard,
  SessionsService,
  TooManyRequestsError,
  UsersModule,
  UsersService,
} from 'nestjs-users';
import { UsersGraphqlModule } from 'nestjs-users/graphql';
import { CountingHasher } from '../../support/counting-hasher.js';
import type { HttpAnswer } from '../../support/http-client.js';
import { type Framework, HostApp, type HostOptions, PASSWORD } from '../../support/host-app.js';
import { Statements } from '../../support/statements.js';

// Mercurius serves GraphiQL's page with it, which no test here asks for; it require()s an ES module, which Jest cannot on Node 20.
jest.mock('@fastify/static', () => () => undefined);
const { MercuriusDriver } = await import('@nestjs/mercurius');

@ObjectType()
class Note {
  @Field() text!: string;
}

const staff = defineUsers({ name: 'staff', tablePrefix: 'staff_' });
const calls: string[] = [];

@Resolver(() => Note)
@UseGuards(SessionGuard)
class NotesResolver {
  @Query(() => [Note]) notes(@CurrentUser() user: CurrentUser): Note[] {
    calls.push('notes');
    return [{ text: `of ${String(user.username)}` }];
  }
  @ResolveField(() => String) reader(@Parent() _note: Note, @CurrentUser('username') name: string): string {
    return name;
  }
  @Query(() => String) session(@CurrentSession('id') id: string): string {
    return id;
  }
  @Query(() => String) @AdminOnly() everybody(): string {
    calls.push('everybody');
    return 'all';
  }
  @Query(() => String) @Public() version(): string {
    return '1';
  }
  @Query(() => String) @OptionalSession() hello(@CurrentUser() user: CurrentUser | null): string {
    return user?.username ?? 'stranger';
  }
  @Mutation(() => String) write(@CurrentUser('id') id: string): string {
    calls.push('write');
    return id;
  }
  @Query(() => String) @Public() busy(): string {
    throw new TooManyRequestsError(7);
  }
}

@Resolver()
class UnguardedResolver {
  @Inject(SessionsService) private readonly sessions!: SessionsService;

  /** As a host would write one. @returns the code of what came of it */
  @Mutation(() => String) signIn(@Args('login') login: string, @Args('password') password: string): Promise<string> {
    return this.sessions.login({ login, password }, { ip: '192.0.2.1', userAgent: null }).then(
      () => 'in',
      (error: unknown) => (error as { code: string }).code,
    );
  }
  @Query(() => String) unguarded(@CurrentUser('id') id: string): string {
    return id;
  }
}

const DRIVERS: readonly [string, Framework, () => ReturnType<typeof GraphQLModule.forRoot>][] = [
  ['Apollo on Express', 'express', () => apollo()],
  ['Apollo on Fastify', 'fastify', () => apollo()],
  ['Apollo with a context of the host', 'express', () => apollo({ context: () => ({ loaders: {} }) })],
  ['Mercurius on Fastify', 'fastify', () => mercurius()],
];

function apollo(more: ApolloDriverConfig = {}): ReturnType<typeof GraphQLModule.forRoot> {
  return GraphQLModule.forRoot<ApolloDriverConfig>({
    driver: ApolloDriver,
    autoSchemaFile: true,
    graphiql: false,
    csrfPrevention: false,
    ...more,
  });
}

function mercurius(more: MercuriusDriverConfig = {}): ReturnType<typeof GraphQLModule.forRoot> {
  return GraphQLModule.forRoot<MercuriusDriverConfig>({ driver: MercuriusDriver, autoSchemaFile: true, ...more });
}

describe('GraphQL', () => {
  let host: HostApp;
  afterEach(() => host.close());

  async function start(
    listen: Framework,
    graphql: () => ReturnType<typeof GraphQLModule.forRoot>,
    options: HostOptions & { withoutUs?: boolean } = {},
  ): Promise<void> {
    const { withoutUs = false, ...rest } = options;
    @Module({ imports: [graphql(), ...(withoutUs ? [] : [UsersGraphqlModule])], providers: [NotesResolver, UnguardedResolver] })
    class Graphql {}
    calls.length = 0;
    host = await HostApp.start({ listen, modules: [Graphql as Type], ...rest });
  }

  async function tokenOf(name: string, more = {}): Promise<string> {
    await host.user(name, more);
    return (await host.sessions.login({ login: name, password: PASSWORD })).token;
  }

  const ask = (query: string, request: { token?: string; headers?: Record<string, string> } = {}): Promise<HttpAnswer> =>
    host.client().post('/graphql', { query }, request);
  const extensions = ({ body }: HttpAnswer): Record<string, unknown> => body.errors?.[0]?.extensions;

  describe.each(DRIVERS)('with %s', (_name, framework, graphql) => {
    it('knows the user in resolvers, in field resolvers, and the session', async () => {
      await start(framework, graphql);
      const token = await tokenOf('ann');
      const { session } = await host.sessions.authenticate(token);
      const answer = await ask('{ notes { text reader } session hello }', { token });
      expect(answer.body.data).toEqual({ notes: [{ text: 'of ann', reader: 'ann' }], session: session.id, hello: 'ann' });
    });

    it('refuses nobody with our code and status, and lets public and optional fields through [B-94]', async () => {
      await start(framework, graphql);
      const refused = await ask('{ notes { text } }');
      expect(refused.body.data).toBeNull();
      expect(extensions(refused)).toMatchObject({ code: 'USERS_UNAUTHENTICATED', status: 401 });
      expect((await ask('{ version hello }')).body.data).toEqual({ version: '1', hello: 'stranger' });
      expect(calls).toEqual([]);
    });

    it('lets administrators alone into what is theirs', async () => {
      await start(framework, graphql);
      const [ann, root] = [await tokenOf('ann'), await tokenOf('root', { isAdmin: true })];
      expect(extensions(await ask('{ everybody }'))).toMatchObject({ code: 'USERS_UNAUTHENTICATED', status: 401 });
      expect(extensions(await ask('{ everybody }', { token: ann }))).toMatchObject({ code: 'USERS_FORBIDDEN', status: 403 });
      expect(calls).toEqual([]);
      expect((await ask('{ everybody }', { token: root })).body.data).toEqual({ everybody: 'all' });
    });

    it('holds mutations by cookie to the cross-site rule', async () => {
      await start(framework, graphql);
      const cookie = `session=${await tokenOf('ann')}`;
      const from = (site: string) =>
        ask('mutation { write }', { headers: { cookie, 'sec-fetch-site': site, origin: 'https://evil.example' } });
      expect(extensions(await from('cross-site'))).toMatchObject({ code: 'USERS_CROSS_SITE', status: 403 });
      expect(calls).toEqual([]);
      expect((await from('same-origin')).body.errors).toBeUndefined();
      expect(calls).toEqual(['write']);
    });

    it('does not take a credential from the query string', async () => {
      await start(framework, graphql);
      const token = await tokenOf('ann');
      const answer = await host.client().post(`/graphql?token=${token}&access_token=${token}`, { query: '{ notes { text } }' });
      expect(extensions(answer)).toMatchObject({ code: 'USERS_UNAUTHENTICATED' });
    });

    it('refuses everybody where the host forgot our module [B-94]', async () => {
      await start(framework, graphql, { withoutUs: true });
      const token = await tokenOf('root', { isAdmin: true });
      for (const query of ['{ notes { text } }', '{ everybody }', '{ hello }', 'mutation { write }']) {
        expect(extensions(await ask(query, { token }))).toMatchObject({ code: 'USERS_FORBIDDEN', status: 403 });
      }
      expect(calls).toEqual([]);
    });
  });

  it('answers a cross-site GET query by cookie no further than reading, and asks once for a whole query', async () => {
    await start('express', apollo);
    const token = await tokenOf('ann');
    const statements = Statements.of(host.dataSource);
    const sent = await statements.before(() => ask('{ a: notes { reader } b: notes { reader } session c: session }', { token }));
    expect(sent).toHaveLength(1);
    const query = encodeURIComponent('{ notes { text } }');
    const answer = await host
      .client()
      .get(`/graphql?query=${query}`, { headers: { cookie: `session=${token}`, 'sec-fetch-site': 'cross-site' } });
    expect(answer.body.data).toEqual({ notes: [{ text: 'of ann' }] });
  });

  it('counts a hundred log-ins in one query as a hundred [B-57]', async () => {
    await start('express', () => apollo());
    await host.user('ann');
    const guesses = Array.from({ length: 100 }, (_, index) => `g${index}: signIn(login: "ann", password: "guess ${index}")`);
    const before = host.hasher.operations;
    const { body } = await ask(`mutation { ${guesses.join(' ')} }`);
    expect(Object.values(body.data)).toEqual([...Array(5).fill('USERS_INVALID_CREDENTIALS'), ...Array(95).fill('USERS_TOO_MANY_REQUESTS')]);
    expect(host.hasher.operations - before).toBe(5);
  });

  it('guards resolvers of a schema that was written first', async () => {
    @Resolver()
    class SchemaResolver {
      @Query() @UseGuards(SessionGuard) me(@CurrentUser('username') name: string): string {
        return name;
      }
    }
    const graphql = GraphQLModule.forRoot<ApolloDriverConfig>({
      driver: ApolloDriver,
      typeDefs: 'type Query { me: String }',
      graphiql: false,
    });
    @Module({ imports: [graphql, UsersGraphqlModule], providers: [SchemaResolver] })
    class Graphql {}
    host = await HostApp.start({ listen: 'express', modules: [Graphql as Type] });
    const token = await tokenOf('ann');
    expect((await ask('{ me }', { token })).body.data).toEqual({ me: 'ann' });
    expect(extensions(await ask('{ me }'))).toMatchObject({ code: 'USERS_UNAUTHENTICATED' });
  });

  it('tells the users of two spaces apart in one query', async () => {
    @Resolver()
    class PlacesResolver {
      @Query(() => String) @UseGuards(SessionGuard) async shop(@CurrentUser('username') name: string): Promise<string> {
        return name;
      }
      @Query(() => String) @UseGuards(staff.SessionGuard) office(@CurrentUser('username') name: string): string {
        return name;
      }
    }
    const spaces = UsersModule.forRoot({ space: staff, migrate: true, ports: { hasher: new CountingHasher() } });
    @Injectable()
    class Doorman {
      constructor(
        readonly customers: UsersService,
        readonly visits: SessionsService,
        @Inject(staff.UsersService) readonly employees: UsersService,
        @Inject(staff.SessionsService) readonly shifts: SessionsService,
      ) {}
    }
    @Module({ imports: [spaces, apollo(), UsersGraphqlModule], providers: [PlacesResolver, Doorman] })
    class Graphql {}
    host = await HostApp.start({ listen: 'express', modules: [Graphql as Type] });
    const { customers, visits, employees, shifts } = host.app.get(Doorman, { strict: false });
    await customers.create({ username: 'ann', password: PASSWORD });
    await employees.create({ username: 'bob', password: PASSWORD });
    const { token: ann } = await visits.login({ login: 'ann', password: PASSWORD });
    const { token: bob } = await shifts.login({ login: 'bob', password: PASSWORD });
    const cookies = { headers: { cookie: `session=${ann}; staff-session=${bob}`, 'sec-fetch-site': 'same-origin' } };
    expect((await ask('{ shop office again: shop }', cookies)).body).toEqual({ data: { shop: 'ann', office: 'bob', again: 'ann' } });
    expect(extensions(await ask('{ office }', { token: ann }))).toMatchObject({ code: 'USERS_UNAUTHENTICATED' });
  });

  it('gives errors of services their code and Retry-After too', async () => {
    await start('express', apollo);
    expect(extensions(await ask('{ busy }'))).toMatchObject({ code: 'USERS_TOO_MANY_REQUESTS', status: 429, retryAfter: 7 });
  });

  it('hands out nobody where no guard ran', async () => {
    await start('express', apollo);
    const token = await tokenOf('ann');
    const answer = await ask('{ unguarded }', { token });
    expect(answer.body.data).toBeNull();
    expect(answer.text).not.toContain('USERS_');
  });

  it('stands behind a guard before everything as well', async () => {
    await start('express', apollo, { http: { guard: 'everything' } });
    const token = await tokenOf('ann');
    expect(extensions(await ask('{ unguarded }'))).toMatchObject({ code: 'USERS_UNAUTHENTICATED' });
    expect((await ask('{ unguarded }', { token })).body.errors).toBeUndefined();
    expect((await ask('{ version }')).body.data).toEqual({ version: '1' });
  });

  it('lets nobody act as the one before him where a driver shares one context', async () => {
    await start('fastify', () => mercurius({ context: { shared: true } as never }));
    const token = await tokenOf('ann');
    expect((await ask('{ hello }', { token })).body.data).toEqual({ hello: 'ann' });
    const stranger = await ask('{ notes { text } }');
    expect(stranger.body.data).toBeNull();
    expect(calls).toEqual([]);
  });
});
