import { describe, expect, it } from '@jest/globals';
import { packageOf, readSources, refused, type Sources, tree } from './sources.js';

const FRAMEWORK =
  /^(express|fastify|passport|passport-.+|cookie-parser|@nestjs\/(passport|platform-.+)|@fastify\/.+|@types\/(express|passport.*))$/;

/** Everything below `http` must serve a queue worker or a command line as well as a web server. */
const strays = (sources: Sources): string[] =>
  refused(sources, (path, specifier) => !FRAMEWORK.test(packageOf(specifier)) || path.startsWith('http/'));

describe('Express, Fastify and Passport', () => {
  it('stay in http/', () => expect(strays(readSources('lib'))).toEqual([]));

  it('may be used there', () => {
    expect(
      strays(tree({ 'http/strategies/a.strategy.ts': `import { Strategy } from 'passport-local'; import '@nestjs/passport';` })),
    ).toEqual([]);
  });

  it.each([
    ['Express', 'sessions/a.ts', `import type { Request } from 'express';`],
    ['Fastify', 'accounts/a.ts', `import { FastifyRequest } from 'fastify';`],
    ['a Fastify plugin', 'users.module.ts', `import cookie from '@fastify/cookie';`],
    ['Passport', 'users.module.ts', `import passport from 'passport';`],
    ['a strategy', 'sessions/login.ts', `export { Strategy } from 'passport-custom';`],
    ['a platform', 'kernel/a.ts', `const load = () => import('@nestjs/platform-express');`],
  ])('are found elsewhere: %s', (_what, path, text) => expect(strays(tree({ [path]: text }))).toHaveLength(1));
});
