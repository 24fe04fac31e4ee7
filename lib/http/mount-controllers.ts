import { Controller, type Type } from '@nestjs/common';
import { FASTIFY_MARK, FASTIFY_ROUTE_CONFIG } from './fastify-bodies.js';
import { ACCOUNT_CONTROLLERS, ADMIN_CONTROLLERS } from './own-controllers.js';
import type { OwnRoutesSettings } from './own-routes.options.js';

/** Nest's own key: the path of a route, on its method. */
const PATH_METADATA = 'path';

/** What extensions add to the account and to the administration. */
export interface AddedControllers {
  readonly account: readonly Type[];
  readonly admin: readonly Type[];
}

/** Our controllers at the host's paths: subclasses made for this one module, so that two modules do not share a path. */
export function mountControllers(routes: OwnRoutesSettings | null, added: AddedControllers = { account: [], admin: [] }): Type[] {
  if (routes === null) return [];
  const chosen = (ours: object, more: readonly Type[]): Type[] => [
    ...Object.entries<Type>(ours as Record<string, Type>).map(([name, type]) => replacementOf(routes, name) ?? type),
    ...more,
  ];
  const account = chosen(ACCOUNT_CONTROLLERS, added.account).map((type) => mount(type, routes.account));
  const { admin } = routes;
  return admin === null ? account : [...account, ...chosen(ADMIN_CONTROLLERS, added.admin).map((type) => mount(type, admin))];
}

function replacementOf({ replace }: OwnRoutesSettings, name: string): Type | undefined {
  return (replace as Readonly<Record<string, Type>>)[name];
}

function mount(controller: Type, path: string): Type {
  const mounted = class extends controller {};
  // Nest names a controller by its class, in logs and in its API document.
  Object.defineProperty(mounted, 'name', { value: controller.name });
  Controller(path)(mounted);
  for (const [method, decorated] of routesOf(controller)) {
    const called = (controller.prototype as Record<string, object>)[method];
    if (called !== undefined) inheritRoute(called, decorated);
  }
  return mounted;
}

/** The methods that are routes: each with its nearest form that carries the decorators. */
function routesOf(controller: Type): Map<string, object> {
  const routes = new Map<string, object>();
  let prototype = controller.prototype as object;
  while (prototype !== Object.prototype) {
    for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      const value: unknown = descriptor.value;
      if (typeof value === 'function' && !routes.has(name) && Reflect.hasMetadata(PATH_METADATA, value)) routes.set(name, value);
    }
    prototype = Object.getPrototypeOf(prototype) as object;
  }
  return routes;
}

/** Nest reads a route from the method itself, so an override without decorators would be no route any more, and no guard would notice. */
function inheritRoute(called: object, decorated: object): void {
  for (const key of Reflect.getMetadataKeys(decorated) as unknown[]) {
    if (!Reflect.hasOwnMetadata(key, called)) Reflect.defineMetadata(key, Reflect.getMetadata(key, decorated), called);
  }
  const config = (Reflect.getMetadata(FASTIFY_ROUTE_CONFIG, called) ?? {}) as object;
  Reflect.defineMetadata(FASTIFY_ROUTE_CONFIG, { ...config, [FASTIFY_MARK]: true }, called);
}
