import { Check, Entity, ForeignKey, getMetadataArgsStorage, Index } from 'typeorm';
import type { Issues } from './kernel/issues.js';
import { facesOf, type SpaceFaces } from './space-faces.js';
import { KnownDeviceRow } from './known-devices/known-device.entity.js';
import { OneTimeTokenRow } from './one-time-tokens/one-time-token.entity.js';
import { PasswordRow } from './passwords/password.entity.js';
import { type MigrationClass, migrationsFor } from './persistence/migrations/users-migrations.js';
import { type EntityClass, type RowBase, SpaceEntities } from './persistence/space-entities.js';
import { StateRow } from './persistence/state.entity.js';
import { type Tables, tablesOf } from './persistence/tables.js';
import { AttemptRow } from './rate-limits/attempt.entity.js';
import { SessionRow } from './sessions/session.entity.js';
import { SocialIdentityRow } from './social-identities/social-identity.entity.js';
import { BaseUser, User } from './users/base-user.js';
import { sortKeyRule } from './users/sort-key.js';

export interface UserSpaceDefinition<U extends BaseUser = BaseUser> {
  /** The space's name: part of its cookie's and its Passport strategies' names. @default 'users' */
  readonly name?: string;
  /** The host's user class. @default User */
  readonly user?: EntityClass<U>;
  /** @default 'auth_' */
  readonly tablePrefix?: string;
}

/** One population of users: its class, its tables, and by what names an app asks for its services and guards. */
export interface UserSpace<U extends BaseUser = BaseUser> extends SpaceFaces {
  readonly name: string;
  readonly user: EntityClass<U>;
  readonly tables: Tables;
  /** For the `entities` of a DataSource without `autoLoadEntities`, and for TypeORM's command line. */
  readonly entities: EntityClass<object>[];
  /** For the `migrations` of a DataSource, where they run among the host's own. */
  readonly migrations: MigrationClass[];
  /** @internal the entities by the base class that holds their columns. */
  readonly rows: SpaceEntities;
}

/** A name goes into cookie names and Passport's registry. */
const NAME = /^[a-z][a-z0-9-]{0,30}$/;

/** A class is decorated once, however often it is given: a second index of the same name would be a fault. */
const defined = new WeakMap<object, { readonly tablePrefix: string; readonly rows: SpaceEntities }>();

/**
 * Defines a user space: decorates our tables with the host's prefix and ties them to the host's user class. An app with one population
 * needs none; one with two (customers and staff) defines each that is not the usual one, and gives it to `UsersModule.forRoot({ space })`.
 *
 * @throws Error when the name is none, or when the class was given with another prefix before: it can sit on one table only.
 */
export function defineUsers<U extends BaseUser = User>({
  name = 'users',
  user,
  tablePrefix = 'auth_',
}: UserSpaceDefinition<U> = {}): UserSpace<U> {
  const tables = tablesOf(tablePrefix);
  const userClass = user ?? (defaultUserOf(tables.users) as unknown as EntityClass<U>);
  if (!NAME.test(name))
    throw new Error(`defineUsers(): "${name}" is no name for a user space: small letters, digits and dashes, such as 'staff'.`);
  const known = defined.get(userClass);
  if (known !== undefined && known.tablePrefix !== tablePrefix) {
    throw new Error(
      `defineUsers(): ${userClass.name} has the prefix ${known.tablePrefix} already, so it cannot have ${tablePrefix} too: give each space a user class of its own.`,
    );
  }
  const rows = known?.rows ?? decorate(userClass, tables);
  defined.set(userClass, { tablePrefix, rows });
  return { name, user: userClass, tables, rows, entities: rows.all(), migrations: migrationsFor(tables, userClass), ...facesOf(name) };
}

/** Whether a host's user class is one; TypeORM's own errors about it would name one of our tables. */
export function isUserClass(user: unknown, issues: Issues): user is EntityClass<BaseUser> {
  const isOne = typeof user === 'function' && user.prototype instanceof BaseUser;
  if (!isOne) issues.add('user', 'give a class that extends BaseUser.');
  else if (!getMetadataArgsStorage().tables.some(({ target }) => target === user))
    issues.add('user', `put @Entity('auth_users') on the class ${user.name}.`);
  else return true;
  return false;
}

const defaultUsers = new Map<string, EntityClass<User>>();

/** The plain {@link User} on `auth_users`; under another prefix its like, not its subclass: that would inherit the indexes of `auth_users`. */
function defaultUserOf(table: string): EntityClass<User> {
  const known = defaultUsers.get(table);
  if (known !== undefined) return known;
  const made: EntityClass<User> = table === 'auth_users' ? User : class SpaceUser extends BaseUser {};
  Entity(table)(made);
  defaultUsers.set(table, made);
  return made;
}

function decorate(user: EntityClass<BaseUser>, tables: Tables): SpaceEntities {
  class UserPassword extends PasswordRow {}
  class UserSession extends SessionRow {}
  class UserToken extends OneTimeTokenRow {}
  class UserDevice extends KnownDeviceRow {}
  class UserIdentity extends SocialIdentityRow {}
  class UserAttempt extends AttemptRow {}
  class UserState extends StateRow {}

  indexUsers(user, tables.users);
  ofUser(user, UserPassword, { table: tables.passwords });
  ofUser(user, UserSession, { table: tables.sessions, indexed: ['userId', 'endsAt'] });
  ofUser(user, UserToken, { table: tables.tokens, once: ['userId', 'purpose'], indexed: ['expiresAt'] });
  ofUser(user, UserDevice, { table: tables.devices, indexed: ['userId', 'lastSeenAt'] });
  ofUser(user, UserIdentity, { table: tables.identities, once: ['provider', 'subject'], indexed: ['userId'] });
  Entity(tables.attempts)(UserAttempt);
  index(UserAttempt, tables.attempts, 'windowAt');
  Entity(tables.state)(UserState);

  const classes: [RowBase<object>, EntityClass<object>][] = [
    [BaseUser, user],
    [PasswordRow, UserPassword],
    [SessionRow, UserSession],
    [OneTimeTokenRow, UserToken],
    [KnownDeviceRow, UserDevice],
    [SocialIdentityRow, UserIdentity],
    [AttemptRow, UserAttempt],
    [StateRow, UserState],
  ];
  return new SpaceEntities(new Map(classes));
}

function indexUsers(user: EntityClass<BaseUser>, table: string): void {
  for (const column of ['usernameKey', 'emailKey']) unique(user, table, column);
  index(user, table, 'bannedById');
  index(user, table, 'activatedAt', 'id');
  index(user, table, 'sortKey', 'id');
  index(user, table, 'isAdmin', 'sortKey', 'id');
  Check(`${table}_sortKey_ck`, sortKeyRule(quoted))(user);
}

/** As SQLite and PostgreSQL quote it: TypeORM knows no checks of MariaDB's, where the migration alone makes them. */
const quoted = (column: string): string => `"${column}"`;

/** Of a table's columns, those with an index each, and those that occur once together. */
interface Indexes {
  readonly indexed?: readonly string[];
  readonly once?: readonly string[];
}

/** A table whose rows go with their user: the database's cascade, not our memory, deletes them. */
function ofUser(
  user: EntityClass<BaseUser>,
  entity: EntityClass<object>,
  { table, indexed = [], once }: Indexes & { table: string },
): void {
  Entity(table)(entity);
  ForeignKey(() => user, { name: `${table}_userId_fk`, onDelete: 'CASCADE' })(entity.prototype as object, 'userId');
  if (once !== undefined) unique(entity, table, ...once);
  for (const column of indexed) index(entity, table, column);
}

function index(entity: EntityClass<object>, table: string, ...columns: string[]): void {
  Index(`${table}_${columns.join('_')}`, columns)(entity);
}

function unique(entity: EntityClass<object>, table: string, ...columns: string[]): void {
  Index(`${table}_${columns.join('_')}`, columns, { unique: true })(entity);
}
