import { describe, expect, it } from '@jest/globals';
import { HttpCode, RequestMethod, type Type } from '@nestjs/common';
import { LoginController } from '../../../lib/http/controllers/login.controller.js';
import { mountControllers } from '../../../lib/http/mount-controllers.js';
import { ACCOUNT_CONTROLLERS, ADMIN_CONTROLLERS } from '../../../lib/http/own-controllers.js';
import { type OwnRoutesOptions, resolveOwnRoutes } from '../../../lib/http/own-routes.options.js';
import { type InvalidOptionsError, Issues } from '../../../lib/kernel/issues.js';

function mounted(input: boolean | OwnRoutesOptions): Type[] {
  return mountControllers(resolveOwnRoutes(input, new Issues()));
}

/** `POST /auth/login`, as Nest will read it. */
function routesOf(controllers: Type[]): string[] {
  return controllers.flatMap((controller) => {
    const names = new Set<string>();
    for (
      let prototype = controller.prototype as object;
      prototype !== Object.prototype;
      prototype = Object.getPrototypeOf(prototype) as object
    ) {
      for (const name of Object.getOwnPropertyNames(prototype)) names.add(name);
    }
    return [...names].flatMap((name) => {
      const method = (controller.prototype as Record<string, object>)[name];
      const path: unknown = method === undefined ? undefined : Reflect.getMetadata('path', method);
      if (method === undefined || typeof path !== 'string' || name === 'constructor') return [];
      const verb = RequestMethod[Reflect.getMetadata('method', method) as number] ?? '';
      return [`${verb} /${String(Reflect.getMetadata('path', controller))}/${path}`];
    });
  });
}

function faultsOf(input: unknown): readonly string[] {
  const issues = new Issues();
  resolveOwnRoutes(input as OwnRoutesOptions, issues);
  try {
    issues.throwIfAny();
    return [];
  } catch (error) {
    return (error as InvalidOptionsError).issues;
  }
}

describe('our own routes', () => {
  it('are none unless asked for', () => expect(mounted(false)).toEqual([]));

  it('are those of the contract, and no others', () =>
    expect(routesOf(mounted(true)).sort()).toEqual(
      [
        'POST /auth/register',
        'POST /auth/login',
        'POST /auth/logout',
        'POST /auth/reauthenticate',
        'GET /auth/session',
        'GET /auth/me',
        'GET /auth/me/export',
        'GET /auth/me/credentials',
        'PATCH /auth/me',
        'POST /auth/username',
        'POST /auth/me/delete',
        'GET /auth/sessions',
        'DELETE /auth/sessions/:id',
        'DELETE /auth/sessions',
        'POST /auth/email/confirm/request',
        'POST /auth/email/confirm',
        'POST /auth/email/change',
        'DELETE /auth/email/change',
        'POST /auth/password/change',
        'POST /auth/password/set',
        'POST /auth/password/reset/request',
        'POST /auth/password/reset/confirm',
        'GET /admin/me',
        'GET /admin/fields',
        'GET /admin/users',
        'POST /admin/users',
        'GET /admin/users/:id',
        'PATCH /admin/users/:id',
        'DELETE /admin/users/:id',
        'POST /admin/users/:id/activate',
        'POST /admin/users/:id/deactivate',
        'POST /admin/users/:id/ban',
        'POST /admin/users/:id/unban',
        'POST /admin/invitations',
        'POST /auth/invitations/accept',
        'POST /auth/first-admin',
        'GET /admin/blackout',
        'PUT /admin/blackout',
        'DELETE /admin/blackout',
        'POST /admin/users/:id/confirm-email',
        'POST /admin/users/:id/end-sessions',
        'POST /admin/users/:id/send-reset',
        'GET /auth/social',
        'DELETE /auth/social/:provider',
        'GET /auth/api-keys',
        'POST /auth/api-keys',
        'DELETE /auth/api-keys/:id',
        'POST /auth/impersonation/stop',
        'POST /admin/users/:id/impersonate',
        'PUT /admin/users/:id/admin',
        'PUT /admin/users/:id/permissions',
        'PUT /admin/users/:id/roles',
        'PUT /admin/users/:id/password',
        'GET /admin/sessions',
        'DELETE /admin/sessions/:id',
        'DELETE /admin/sessions',
      ].sort(),
    ));

  it('lie where the host wants them', () => {
    expect(routesOf(mounted({ account: 'staff/auth', admin: false }))).toContain('POST /staff/auth/login');
    expect(routesOf(mounted({ account: 'staff/auth', admin: false })).filter((route) => route.includes('/admin'))).toEqual([]);
    expect(routesOf(mounted({ admin: 'manage' }))).toContain('GET /manage/users');
  });

  it('do not share a class between two modules', () => expect(mounted(true)[0]).not.toBe(mounted(true)[0]));

  it('change nothing by GET', () => {
    const acts = /login|logout|delete|activate|confirm|reset|change|password|end/;
    expect(routesOf(mounted(true)).filter((route) => route.startsWith('GET') && acts.test(route))).toEqual([]);
  });

  it('stay routes, and guarded, where a subclass overrides one without decorators', () => {
    class MyLogin extends LoginController {
      override async logout(request: object): Promise<void> {
        await super.logout(request);
      }
      @HttpCode(201)
      override login(request: object): ReturnType<LoginController['login']> {
        return super.login(request);
      }
    }
    const [controller] = mounted({ replace: { login: MyLogin } }) as [Type];
    expect(controller.prototype).toBeInstanceOf(MyLogin);
    expect(routesOf([controller]).sort()).toEqual(['POST /auth/login', 'POST /auth/logout', 'POST /auth/reauthenticate']);
    const { login, logout } = controller.prototype as Record<string, object>;
    expect(Reflect.getMetadata('__httpCode__', logout as object)).toBe(204);
    expect(Reflect.getMetadata('__httpCode__', login as object)).toBe(201);
    expect(Reflect.getMetadata('__guards__', controller)).toEqual(Reflect.getMetadata('__guards__', LoginController));
  });

  it.each(Object.entries<Type>({ ...ACCOUNT_CONTROLLERS, ...ADMIN_CONTROLLERS }))('have guards on the whole of %s', (name, controller) => {
    const guards = (Reflect.getMetadata('__guards__', controller) as Type[]).map((guard) => guard.name);
    expect(guards).toEqual(name.startsWith('admin') ? ['OwnRouteGuard', 'SessionGuard', 'AdminGuard'] : ['OwnRouteGuard', 'SessionGuard']);
  });

  it.each(['/auth', 'auth/', '', ':id', '*path', 'a//b', 'a b', '../a', 7, null])('refuse the path %j', (account) =>
    expect(faultsOf({ account })).toEqual([expect.stringContaining('routes.account')]),
  );

  it('refuse one path for both, and what is no subclass of ours', () => {
    expect(faultsOf({ account: 'x', admin: 'x' })).toHaveLength(1);
    expect(faultsOf({ replace: { login: class {} } })).toEqual([expect.stringContaining('extends LoginController')]);
    expect(faultsOf({ replace: { logni: LoginController, constructor: LoginController } })).toHaveLength(2);
    expect(faultsOf('yes')).toHaveLength(1);
  });
});
