import { describe, expect, it } from '@jest/globals';
import { packageOf, readSources, refused, type Sources, tree } from './sources.js';

/** The only files that may know TypeORM, be it a type: whoever looks for SQL or for a mapping looks here. */
const ROOMS = [
  /\.entity\.ts$/,
  /\.store\.ts$/,
  /^persistence\//,
  /^define-users\.ts$/,
  /^users\.(module|options)[^/]*\.ts$/,
  /^users-database\.ts$/,
  // The testing kit opens a database for the host.
  /^extensions\/testing\/(kit-database|users-test-kit)\.ts$/,
];

const TYPEORM = ['typeorm', '@nestjs/typeorm'];

const strays = (sources: Sources): string[] =>
  refused(sources, (path, specifier) => !TYPEORM.includes(packageOf(specifier)) || ROOMS.some((room) => room.test(path)));

describe('TypeORM', () => {
  it('stays in entities, stores, persistence and the composition', () => expect(strays(readSources('lib'))).toEqual([]));

  it('may be used in each of its rooms', () => {
    const rooms = [
      'users/user.store.ts',
      'users/user.entity.ts',
      'persistence/deadline.ts',
      'define-users.ts',
      'users.module-definition.ts',
    ];
    expect(strays(tree(Object.fromEntries(rooms.map((path) => [path, `import { Equal } from 'typeorm';`]))))).toEqual([]);
  });

  it.each([
    ['a service', 'users/users.service.ts', `import { Repository } from 'typeorm';`],
    ['a type', 'accounts/users.service.ts', `import type { EntityManager } from 'typeorm';`],
    ['a re-export', 'index.ts', `export { DataSource } from 'typeorm';`],
    ['the Nest package', 'http/a.controller.ts', `import { InjectRepository } from '@nestjs/typeorm';`],
    ['a path inside it', 'kernel/a.ts', `import { DateUtils } from 'typeorm/util/DateUtils.js';`],
  ])('is found in the wrong place: %s', (_what, path, text) => expect(strays(tree({ [path]: text }))).toHaveLength(1));
});
