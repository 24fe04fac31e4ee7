import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, UseGuards } from '@nestjs/common';
import {
  defineRoles,
  type Membership,
  OptionalSession,
  Public,
  RequirePermission,
  RequireResourceRole,
  RequireRole,
  RequireScope,
  SessionGuard,
} from 'nestjs-users';
import { FRAMEWORKS, HostApp } from '../support/host-app.js';
import { NO_LIMITS } from '../support/limits.js';
import { Statements } from '../support/statements.js';
import { configureStrictly } from '../support/strict-host.js';

const calls: string[] = [];
const called = (name: string): object => ({ called: calls.push(name) });

@Controller('notes')
class NotesController {
  @Get('write') @RequirePermission('note:write') write() {
    return called('write');
  }
  @Get('both') @RequirePermission('note:read', 'note:write') both() {
    return called('both');
  }
  @Get('stacked') @RequirePermission('note:read') @RequirePermission('note:share') stacked() {
    return called('stacked');
  }
  @Get('edit') @RequireRole('editor', 'chief') edit() {
    return called('edit');
  }
  @Get('public') @Public() @RequirePermission('note:write') contradiction() {
    return called('public');
  }
  @Get('optional') @OptionalSession() @RequireRole('editor') optional() {
    return called('optional');
  }
  @Get('scoped') @RequireScope('notes') scoped() {
    return called('scoped');
  }
}

@Controller('closed')
@RequirePermission('note:read')
@UseGuards(SessionGuard)
class ClosedController {
  @Get() get() {
    return called('closed');
  }
  @Get('more') @RequirePermission('note:write') more() {
    return called('more');
  }
  @Get('open') @Public() open() {
    return called('open');
  }
}

class HeirController extends ClosedController {
  @Get('own') own() {
    return called('own');
  }
}
Controller('heir')(HeirController);

@Controller()
class ListsController {
  @Get('lists/:id') @RequireResourceRole('member', { resource: 'list' }) list() {
    return called('list');
  }
  @Get('clubs/:club/of/:id') @RequireResourceRole('manager', { resource: 'club', param: 'club' }) club() {
    return called('club');
  }
  @Get('nowhere') @RequireResourceRole('member', { resource: 'list' }) nowhere() {
    return called('nowhere');
  }
}

const CONTROLLERS = [NotesController, ClosedController, HeirController, ListsController];

for (const framework of FRAMEWORKS) {
  for (const { prefix, configure } of [
    { prefix: '', configure: () => undefined },
    { prefix: '/api/v1', configure: configureStrictly },
  ]) {
    describe(`Rights on ${framework}, under "${prefix}"`, () => {
      let host: HostApp;
      let id: string;
      let token: string;
      let root: string;
      let memberships: Membership[] = [];
      let isDown = false;
      beforeAll(async () => {
        const load = (userId: string): Promise<Membership[]> =>
          isDown ? Promise.reject(new Error('down')) : Promise.resolve(userId === id ? memberships : []);
        host = await HostApp.start({
          listen: framework,
          limits: NO_LIMITS,
          routes: true,
          controllers: CONTROLLERS,
          configure,
          roles: defineRoles({ editor: ['note:read', 'note:write'], chief: [] }),
          memberships: { levels: ['public', 'member', 'manager'], load },
        });
        id = (await host.user('ann')).id;
        await host.user('root', { isAdmin: true });
        token = (await host.sessions.open(id)).token;
        root = (await host.sessions.open({ username: 'root' })).token;
      });
      afterAll(() => host.close());
      beforeEach(async () => {
        calls.length = 0;
        await host.users.setPermissions(id, []);
        await host.users.setRoles(id, []);
      });

      const statusOf = async (path: string, who: string | undefined = token): Promise<number> =>
        (await host.client().get(prefix + path, who === '' ? {} : { token: who })).status;

      it('nobody, and who has nothing, comes in nowhere [4.16][W13]', async () => {
        const paths = ['write', 'both', 'stacked', 'edit', 'public', 'optional'].map((name) => `/notes/${name}`);
        for (const path of [
          ...paths,
          '/closed',
          '/closed/more',
          '/heir',
          '/heir/own',
          '/heir/more',
          '/lists/5',
          '/clubs/5/of/6',
          '/nowhere',
        ])
          expect([path, await statusOf(path, ''), await statusOf(path, 'nonsense'), await statusOf(path)]).toEqual([path, 401, 401, 403]);
        expect(calls).toEqual([]);
        expect(await statusOf('/closed/open', '')).toBe(200);
        expect((await host.client().get(`${prefix}/notes/write`, { token })).body.code).toBe('USERS_FORBIDDEN');
      });

      it('a permission opens, at the next request, and all that are asked for must be there [5.2]', async () => {
        await host.users.setPermissions(id, ['note:write']);
        expect([await statusOf('/notes/write'), await statusOf('/notes/both'), await statusOf('/closed/more')]).toEqual([200, 403, 403]);
        await host.users.addPermissions(id, ['note:read']);
        expect([await statusOf('/notes/both'), await statusOf('/closed/more'), await statusOf('/heir/own')]).toEqual([200, 200, 200]);
        expect(await statusOf('/notes/stacked')).toBe(403);
        await host.users.addPermissions(id, ['note:share']);
        expect(await statusOf('/notes/stacked')).toBe(200);
        await host.users.removePermissions(id, ['note:write']);
        expect([await statusOf('/notes/write'), await statusOf('/closed/more'), await statusOf('/closed')]).toEqual([403, 403, 200]);
      });

      it('a role opens by its name and by what it permits; administrators have every permission and no role [5.2]', async () => {
        await host.users.setRoles(id, ['editor']);
        expect([await statusOf('/notes/edit'), await statusOf('/notes/optional'), await statusOf('/notes/both')]).toEqual([200, 200, 200]);
        await host.users.setRoles(id, ['chief']);
        expect([await statusOf('/notes/edit'), await statusOf('/notes/both')]).toEqual([200, 403]);
        expect([await statusOf('/notes/both', root), await statusOf('/heir/more', root), await statusOf('/notes/edit', root)]).toEqual([
          200, 200, 403,
        ]);
        expect(await statusOf('/notes/scoped')).toBe(200);
      });

      it('a membership opens its own resource, up to its level, as of this moment [5.3][W19]', async () => {
        memberships = [
          { resource: 'list', id: 5, level: 'manager' },
          { resource: 'list', id: '6', level: 'public' },
          { resource: 'list', id: '7', level: 'secret' },
          { resource: 'club', id: '5', level: 'member' },
          { resource: 'club', id: '6', level: 'manager' },
        ];
        expect([await statusOf('/lists/5'), await statusOf('/lists/6'), await statusOf('/lists/7'), await statusOf('/lists/8')]).toEqual([
          200, 403, 403, 403,
        ]);
        expect([await statusOf('/clubs/5/of/6'), await statusOf('/clubs/6/of/5'), await statusOf('/nowhere')]).toEqual([403, 200, 403]);
        expect(await statusOf('/lists/5', root)).toBe(403);
        memberships = [{ resource: 'list', id: 5, level: 'member' }];
        expect(await statusOf('/lists/5')).toBe(200);
        memberships = [];
        expect(await statusOf('/lists/5')).toBe(403);
        isDown = true;
        expect(await statusOf('/lists/5')).toBe(503);
        isDown = false;
      });

      it('costs the one statement of the session', async () => {
        await host.users.setRoles(id, ['editor']);
        await statusOf('/notes/write');
        const statements = Statements.of(host.dataSource);
        expect(await statusOf('/heir/more')).toBe(200);
        expect(statements.texts).toHaveLength(1);
      });

      it('what one may do is told to who asks who he is [5.2]', async () => {
        await host.users.setRoles(id, ['editor']);
        await host.users.setPermissions(id, ['note:share']);
        for (const path of ['/auth/me', '/auth/session'])
          expect((await host.client().get(prefix + path, { token })).body).toMatchObject({
            roles: ['editor'],
            permissions: ['note:share', 'note:read', 'note:write'],
          });
      });
    });
  }
}
