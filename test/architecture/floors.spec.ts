import { describe, expect, it } from '@jest/globals';
import { isRelative, readSources, refused, type Sources, targetOf, tree } from './sources.js';

/** From the ground up. A folder imports from lower floors, never from its own or a higher one. A new folder gets its line here. */
const FLOORS: readonly (readonly string[])[] = [
  ['kernel'],
  ['persistence', 'notifications'],
  ['users', 'passwords', 'one-time-tokens', 'rate-limits', 'known-devices', 'roles', 'social-identities', 'captcha'],
  ['sessions'],
  ['registration', 'password-reset', 'password-change', 'moderation', 'authority', 'impersonation', 'maintenance', 'health', 'user-import'],
  ['invitations', 'social-sign-in'],
  ['accounts'],
  ['http'],
  ['.'],
];
/** What extensions may import, as everybody may; and what nothing below may, since that would be a cycle. */
const PUBLIC_FACES = ['index.js', 'extend.js'];

/** `users/user.store.ts` lives in `users`, `extensions/nodemailer/index.ts` in `extensions/nodemailer`, `index.ts` in `.`. */
function folderOf(path: string): string {
  const folders = path.split('/').slice(0, -1);
  return folders.slice(0, folders[0] === 'extensions' ? 2 : 1).join('/') || '.';
}
const floorOf = (folder: string): number => FLOORS.findIndex((folders) => folders.includes(folder));
const isExtension = (folder: string): boolean => folder.startsWith('extensions/');

function goesDown(path: string, specifier: string): boolean {
  if (!isRelative(specifier)) return true;
  const target = targetOf(path, specifier);
  const [from, to] = [folderOf(path), folderOf(target)];
  if (PUBLIC_FACES.includes(target)) return isExtension(from);
  if (from === to) return true;
  return !isExtension(from) && floorOf(to) >= 0 && floorOf(to) < floorOf(from);
}

const climbing = (sources: Sources): string[] => refused(sources, goesDown);

function withoutFloor(sources: Sources): string[] {
  const folders = [...new Set([...sources.keys()].map(folderOf))];
  return folders.filter((folder) => !isExtension(folder) && floorOf(folder) < 0);
}

describe('floors', () => {
  const lib = readSources('lib');

  it('reads the library', () => expect(lib.size).toBeGreaterThan(30));
  it('imports only go down', () => expect(climbing(lib)).toEqual([]));
  it('every folder stands on a floor', () => expect(withoutFloor(lib)).toEqual([]));
});

describe('the floors rule itself', () => {
  const good = tree({
    'kernel/clock.port.ts': `import { Injectable } from '@nestjs/common';`,
    'users/user.store.ts': `import type { Clock } from '../kernel/clock.port.js'; import './user.entity.js';`,
    'http/controllers/login.controller.ts': `import { SessionsService } from '../../sessions/sessions.service.js'; import '../guards/session.guard.js';`,
    'index.ts': `export { UsersModule } from './users.module.js';`,
    'extensions/nodemailer/index.ts': `export * from './transport.js'; import type { Mail } from '../../index.js'; import { UnitOfWork } from '../../extend.js';`,
  });

  it('accepts a tree in which everything goes down', () => expect([climbing(good), withoutFloor(good)]).toEqual([[], []]));

  it.each([
    ['a sibling', 'users/user.store.ts', `import { PasswordStore } from '../passwords/password.store.js';`],
    ['a higher floor', 'kernel/id.ts', `import '../persistence/tables.js';`],
    ['a type of a higher floor', 'kernel/id.ts', `import type { A } from '../users/a.js';`],
    ['a re-export', 'sessions/a.ts', `export { B } from '../registration/b.js';`],
    ['a re-export of everything', 'sessions/a.ts', `export * from '../registration/b.js';`],
    ['a dynamic import', 'sessions/a.ts', `const load = () => import('../http/b.js');`],
    ['an inline type', 'sessions/a.ts', `let b: import('../http/b.js').B;`],
    ['a root file', 'http/a.ts', `import { defineUsers } from '../define-users.js';`],
    ['a public face, from below', 'http/a.ts', `import { UsersModule } from '../index.js';`],
    ['a public face, from the root', 'users.module.ts', `import { SessionGuard } from './index.js';`],
    ['another extension', 'extensions/a/a.ts', `import '../b/b.js';`],
    ['the inside, from an extension', 'extensions/a/a.ts', `import '../../sessions/session.store.js';`],
    ['an extension', 'users.module.ts', `import './extensions/a/index.js';`],
    ['a folder without a floor', 'http/a.ts', `import '../helpers/b.js';`],
  ])('refuses %s', (_what, path, text) => expect(climbing(tree({ [path]: text }))).toHaveLength(1));

  it('refuses a folder nobody placed', () => expect(withoutFloor(tree({ 'helpers/strings.ts': '' }))).toEqual(['helpers']));
  it('is not misled by a comment', () => expect(climbing(tree({ 'kernel/a.ts': `// import '../http/b.js';` }))).toEqual([]));
});
