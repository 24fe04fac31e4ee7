import type { Type } from '@nestjs/common';
import type { Issues } from '../kernel/issues.js';
import { isPlainObject } from '../kernel/json.js';
import { ACCOUNT_CONTROLLERS, ADMIN_CONTROLLERS, type ControllerName } from './own-controllers.js';

export interface OwnRoutesOptions {
  /** The path of the routes of one's own account. @default 'auth' */
  readonly account?: string;
  /** The path of the administration; `false` for none. @default 'admin' */
  readonly admin?: string | false;
  /** Controllers of the host's in place of ours: subclasses, which keep the routes and guards that they do not override. @default {} */
  readonly replace?: Partial<Record<ControllerName, Type>>;
}

/** The resolved form; `null` where no routes are wanted. */
export interface OwnRoutesSettings {
  readonly account: string;
  readonly admin: string | null;
  readonly replace: Readonly<Partial<Record<ControllerName, Type>>>;
}

/** Plain segments: a pattern would open our routes at places that nobody thought of. */
const PATH = /^[A-Za-z0-9_~-]+(?:[./][A-Za-z0-9_~-]+)*$/;

/** @param input `true` for the usual paths, `false` or nothing for none. */
export function resolveOwnRoutes(input: boolean | OwnRoutesOptions | undefined, issues: Issues): OwnRoutesSettings | null {
  if (input === undefined || input === false) return null;
  if (input !== true && !isPlainObject(input)) {
    issues.add('routes', "write true, false or { account: 'auth', admin: 'admin' }.");
    return null;
  }
  const { account = 'auth', admin = 'admin', replace = {} }: OwnRoutesOptions = input === true ? {} : input;
  checkPath('routes.account', account, issues);
  if (admin !== false) checkPath('routes.admin', admin, issues);
  if (account === admin) issues.add('routes.admin', 'give it a path of its own, not that of routes.account.');
  checkReplacements(replace, issues);
  return { account, admin: admin === false ? null : admin, replace };
}

function checkPath(name: string, path: unknown, issues: Issues): void {
  if (typeof path !== 'string' || !PATH.test(path))
    issues.add(name, "give a plain path without slashes at its ends: 'auth' or 'api/auth'.");
}

function checkReplacements(replace: unknown, issues: Issues): void {
  if (!isPlainObject(replace)) return issues.add('routes.replace', 'give an object: { login: MyLoginController }.');
  const ours: Readonly<Record<string, Type>> = { ...ACCOUNT_CONTROLLERS, ...ADMIN_CONTROLLERS };
  for (const [name, replacement] of Object.entries(replace)) {
    const original = Object.hasOwn(ours, name) ? ours[name] : undefined;
    if (original === undefined) issues.add(`routes.replace.${name}`, `is none of our controllers: ${Object.keys(ours).join(', ')}.`);
    else if (!(typeof replacement === 'function' && replacement.prototype instanceof original)) {
      // A class that is no subclass would drop the guards with the routes.
      issues.add(`routes.replace.${name}`, `write a class that extends ${original.name}.`);
    }
  }
}
