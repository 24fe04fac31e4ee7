import type { InjectionToken, Provider, Type } from '@nestjs/common';
import type { UserSpace } from './define-users.js';
import type { MigrationClass } from './persistence/migrations/users-migrations.js';
import type { EntityClass } from './persistence/space-entities.js';
import type { PortsOptions } from './users.options.js';

/** What an extension adds to one user space. Its providers stand in the space's own module, beside ours. */
export interface ExtensionParts {
  /** Its tables, which are checked at the start as ours are. @default [] */
  readonly entities?: readonly EntityClass<object>[];
  /** What makes those tables; `migrate: true` runs them behind ours. @default [] */
  readonly migrations?: readonly MigrationClass[];
  /** @default [] */
  readonly providers?: readonly Provider[];
  /** Implementations of ports, made among its providers; one of the host's own goes before it. @default {} */
  readonly ports?: PortsOptions;
  /** What the app may ask for; outside the usual space by tokens of the space's own. @default [] */
  readonly exports?: readonly InjectionToken[];
  /** Controllers at the path of one's own account, where the host mounts our routes. @default [] */
  readonly account?: readonly Type[];
  /** Controllers at the path of the administration, where the host mounts it. @default [] */
  readonly admin?: readonly Type[];
}

/** Something that a host adds to a user space by `UsersModule.forRoot({ extensions: [auditLog()] })`. */
export interface UsersExtension {
  /** Named in errors, and there once in a space: `audit-log`. */
  readonly name: string;
  partsFor(space: UserSpace): ExtensionParts;
}

/** What all extensions of a space add, in one. */
export function partsOfAll(extensions: readonly UsersExtension[], space: UserSpace): Required<ExtensionParts> {
  const parts = extensions.map((extension) => extension.partsFor(space));
  return {
    entities: parts.flatMap(({ entities = [] }) => entities),
    migrations: parts.flatMap(({ migrations = [] }) => migrations),
    providers: parts.flatMap(({ providers = [] }) => providers),
    ports: Object.assign({}, ...parts.map(({ ports = {} }) => ports)) as PortsOptions,
    exports: parts.flatMap(({ exports = [] }) => exports),
    account: parts.flatMap(({ account = [] }) => account),
    admin: parts.flatMap(({ admin = [] }) => admin),
  };
}
