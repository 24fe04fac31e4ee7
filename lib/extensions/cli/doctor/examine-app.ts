import type { LoggerService } from '@nestjs/common';
import { InvalidOptionsError, UsersService, usersOptionsFromEnv } from '../../../index.js';
import type { Call } from '../command.js';
import { reasonOf } from '../fault-of.js';
import { withUsersApp } from '../users-app.js';
import { fault, type Finding, note, ok } from './finding.js';

/** Starts what an app starts, with its checks of options, tables, columns and collations, and looks at who administrates. */
export async function examineApp(call: Call): Promise<Finding[]> {
  const unreadable = unreadableSettings();
  // With these nothing starts, so nothing more can be said of it.
  if (unreadable.length > 0) return unreadable;
  const warnings: string[] = [];
  const weak = (): Finding[] =>
    warnings.length === 0
      ? [ok('settings', 'nothing in USERS_... weakens it; what the code sets, the app names at its start.')]
      : warnings.map((sentence) => note('settings', sentence));
  try {
    const administrators = await withUsersApp(call, countAdministrators, collecting(warnings));
    return [ok('tables', 'all tables, columns and collations are as they must be.'), ...weak(), administratorsFinding(administrators)];
  } catch (error) {
    if (!(error instanceof InvalidOptionsError)) throw error;
    return [...error.issues.map((sentence) => fault('tables', sentence)), ...weak()];
  }
}

function unreadableSettings(): Finding[] {
  try {
    usersOptionsFromEnv('USERS_');
    return [];
  } catch (error) {
    if (!(error instanceof InvalidOptionsError)) throw error;
    return error.issues.map((sentence) => fault('settings', sentence));
  }
}

/** argon2 is optional to install, so its absence shows late: when somebody cannot log in. */
export async function examineArgon2(load: () => Promise<unknown> = () => import('argon2')): Promise<Finding> {
  try {
    await load();
    return ok('argon2', 'it loads.');
  } catch (error) {
    return fault('argon2', `it does not load here: whoever has a hash of it cannot log in on this machine. ${reasonOf(error)}`);
  }
}

function countAdministrators(app: { get: (token: typeof UsersService, options: { strict: false }) => UsersService }): Promise<number> {
  return app.get(UsersService, { strict: false }).count({ isAdmin: true, status: 'active' });
}

function administratorsFinding(count: number): Finding {
  if (count === 0) return note('administrators', 'there is none who can sign in: nestjs-users create-admin makes one.');
  return ok('administrators', `${String(count)} can sign in.`);
}

/** Warnings of the start are findings; the rest of its log is nobody's here. */
function collecting(warnings: string[]): LoggerService {
  const ignore = (): void => undefined;
  return { log: ignore, error: ignore, warn: (message: unknown) => warnings.push(String(message)) };
}
