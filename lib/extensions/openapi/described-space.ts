import type { INestApplicationContext, Type } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import {
  CaptchaSettings,
  HttpSettings,
  type OwnColumn,
  OwnColumnsStore,
  OwnFields,
  PasswordsSettings,
  RegistrationSettings,
  SpaceName,
  UsersSettings,
} from '../../extend.js';
import { type OwnFieldDescription, UsersModule } from '../../index.js';

/** A user space as its app has configured it: whatever the document says about it follows from these. */
export interface DescribedSpace {
  /** What operations and security schemes of the space begin with: `auth`, or the name of another space. */
  readonly name: string;
  /** What its schemas begin with: `Auth`. */
  readonly prefix: string;
  /** Our controllers as they are mounted. */
  readonly controllers: readonly Type[];
  readonly captcha: CaptchaSettings;
  readonly http: HttpSettings;
  readonly passwords: PasswordsSettings;
  readonly registration: RegistrationSettings;
  readonly users: UsersSettings;
  readonly fields: readonly DescribedField[];
}

/** One of the host's own fields, with its column. */
export interface DescribedField extends OwnFieldDescription {
  readonly column: OwnColumn;
}

type Token<T> = abstract new (...args: never[]) => T;
type Module = ModulesContainer extends Map<string, infer M> ? M : never;

/** Every `UsersModule` of an app: there is one for each user space. */
export function spacesOf(app: INestApplicationContext): DescribedSpace[] {
  const modules = [...app.get(ModulesContainer).values()].filter(({ metatype }) => metatype === UsersModule);
  return modules.map(describe);
}

function describe(module: Module): DescribedSpace {
  const space = provided(module, SpaceName).name;
  const name = space === 'users' ? 'auth' : camelCase(space);
  const columns = provided(module, OwnColumnsStore);
  const fields = provided(module, OwnFields).describe();
  return {
    name,
    prefix: name.charAt(0).toUpperCase() + name.slice(1),
    controllers: [...module.controllers.values()].map(({ metatype }) => metatype as Type),
    captcha: provided(module, CaptchaSettings),
    http: provided(module, HttpSettings),
    passwords: provided(module, PasswordsSettings),
    registration: provided(module, RegistrationSettings),
    users: provided(module, UsersSettings),
    fields: fields.map((field) => ({ ...field, column: columnOf(columns, field.name) })),
  };
}

/** From this very module: `app.get()` would take the same one for every space. */
function provided<T>(module: Module, token: Token<T>): T {
  return module.providers.get(token as Type<T>)?.instance as T;
}

function columnOf(columns: OwnColumnsStore, name: string): OwnColumn {
  const column = columns.find(name);
  if (column === undefined) throw new TypeError(`@Field stands on "${name}", which is no scalar column.`);
  return column;
}

function camelCase(name: string): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter(Boolean);
  return words.map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1))).join('');
}
