import type { DescribedSpace } from './described-space.js';
import { ownFieldsIn } from './field-schemas.js';
import { anyJson, flag, instant, listOf, objectOf, orNull, type Schema, text, word } from './schema.js';

export type BodyName = keyof ReturnType<typeof bodySchemas>;

/** Internationalised addresses are taken, too. */
const email = text({ format: 'idn-email', maxLength: 254 });
const token = text({ description: 'As the mailed link holds it, behind `#token=`.' });
const names = { ...listOf(text({ minLength: 1, maxLength: 100 })), maxItems: 100 };
const count: Schema = { type: 'integer', minimum: 1, maximum: 1_000_000_000 };
const API_KEY = {
  name: text({ minLength: 1, maxLength: 100 }),
  scopes: names,
  expiresAt: orNull(instant('null for never.')),
  maxUses: orNull(count),
  rate: orNull(objectOf({ uses: count, per: text({ description: 'A duration of at most an hour: `1m`.' }) })),
};
/** What somebody, or a program, may do. */
const RIGHTS = {
  AdminFlag: objectOf({ admin: flag() }),
  Permissions: objectOf({ permissions: names }),
  Roles: objectOf({ roles: names }),
  NewApiKey: objectOf(API_KEY, { optional: ['scopes', 'expiresAt', 'maxUses', 'rate'] }),
};
const displayName = orNull(text({ minLength: 1, maxLength: 255 }));

/** What our routes take. Fields that a route does not know change nothing. */
export function bodySchemas(space: DescribedSpace) {
  const { password, newPassword, verifyPassword } = passwordFields(space);
  const about = { displayName, profile: profileOf(space) };
  return {
    Registration: registration(space),
    Login: login(space),
    Proof: objectOf({ password }),
    ProfileChanges: allOptional({ ...about, ...ownFieldsIn(space, 'self') }),
    NewUsername: objectOf({ username: usernameOf(space) }),
    ConfirmationRequest: allOptional({ email }),
    MailedToken: objectOf({ token }),
    EmailChange: objectOf({ email, password }),
    PasswordChange: passwordChange(space),
    NewPassword: objectOf({ newPassword, verifyPassword }, { optional: ['verifyPassword'] }),
    ResetRequest: resetRequest(space),
    PasswordReset: objectOf({ token, newPassword, verifyPassword }, { optional: ['verifyPassword'] }),
    Invitation: objectOf({ email, displayName }, { optional: ['displayName'] }),
    InvitationAcceptance: objectOf({ token, password: newPassword, username: usernameOf(space) }, { optional: ['username'] }),
    FirstAdmin: firstAdmin(space),
    UserCreation: userCreation(space),
    UserChanges: allOptional({ email: space.users.email === 'optional' ? orNull(email) : email, ...about, ...ownFieldsIn(space, 'admin') }),
    ...RIGHTS,
    ...shutOut(),
    PasswordByAdmin: objectOf(
      { newPassword, verifyPassword, mustChange: flag('Whether the user must choose another one; `true` without it.') },
      { optional: ['verifyPassword', 'mustChange'] },
    ),
  };
}

function passwordChange(space: DescribedSpace) {
  const { password: oldPassword, newPassword, verifyPassword } = passwordFields(space);
  const endOthers = flag('Whether the other sessions end; `true` without it.');
  return objectOf({ oldPassword, newPassword, verifyPassword, endOthers }, { optional: ['verifyPassword', 'endOthers'] });
}

/** Keeping one out, or everybody, or standing in for one. */
function shutOut() {
  return {
    Ban: allOptional({
      reason: orNull(text({ minLength: 1, maxLength: 500 })),
      until: orNull(instant('When it ends by itself; null for never.')),
    }),
    Impersonation: objectOf({ reason: text({ minLength: 1, maxLength: 500, description: 'It is kept.' }) }),
    BlackoutInstant: allOptional({ at: instant('At most a day ahead; ten seconds from now without it.') }),
  };
}

function passwordFields({ passwords: { minLength, maxLength } }: DescribedSpace) {
  const password = text({ format: 'password', minLength: 1, maxLength });
  return {
    /** One that exists: it may be older than the rules for new ones. */
    password,
    newPassword: { ...password, minLength },
    verifyPassword: { ...password, description: 'The same once more, where a form asks twice.' },
  };
}

function usernameOf({ users: { username } }: DescribedSpace): Schema {
  return text({ minLength: username.min, maxLength: username.max });
}

function profileOf({ users }: DescribedSpace): Schema {
  return anyJson(`Free JSON, at most ${users.jsonBytes} bytes; null clears.`);
}

function allOptional(properties: Record<string, Schema>): Schema {
  return objectOf(properties, { optional: Object.keys(properties) });
}

/** Who a new user is: by the option `registration.email` an address is asked for, or stands for the user name. */
function identifiers(space: DescribedSpace): { properties: Record<string, Schema>; required: readonly string[]; description: string } {
  const rule = space.users.email;
  const properties = rule === 'asUsername' ? { email } : { username: usernameOf(space), email };
  if (rule === 'optional') return { properties, required: [], description: 'At least one of `username` and `email`.' };
  return { properties, required: ['email'], description: '' };
}

function registration(space: DescribedSpace): Schema {
  const { properties: names, required, description } = identifiers(space);
  const properties = {
    ...names,
    password: passwordFields(space).newPassword,
    displayName,
    profile: profileOf(space),
    ...ownFieldsIn(space, 'registration'),
    ...(space.registration.signIn && delivery(space)),
    ...(space.captcha.registration && CAPTCHA),
  };
  return objectOf(properties, { optional: except(properties, [...required, 'password']), description });
}

function login(space: DescribedSpace): Schema {
  const name = text({ minLength: 1 });
  const properties = {
    login: { ...name, description: 'A user name or an address.' },
    username: name,
    email: name,
    password: passwordFields(space).password,
    deviceName: text({ minLength: 1, maxLength: 100, description: 'What the user calls the device.' }),
    ...delivery(space),
    ...(space.captcha.afterFailures !== null && CAPTCHA),
  };
  return objectOf(properties, {
    optional: except(properties, ['password']),
    description: 'Exactly one of `login`, `username` and `email`.',
  });
}

function resetRequest(space: DescribedSpace): Schema {
  const properties = {
    login: text({ minLength: 1, description: 'A user name or an address.' }),
    ...(space.captcha.passwordReset && CAPTCHA),
  };
  return objectOf(properties, { optional: except(properties, ['login']) });
}

const CAPTCHA = { captcha: text({ minLength: 1, description: 'What the captcha gave, after `USERS_CAPTCHA_NEEDED`.' }) };

function userCreation(space: DescribedSpace): Schema {
  const { properties: names, required, description } = identifiers(space);
  const properties = {
    ...names,
    password: passwordFields(space).newPassword,
    displayName,
    profile: profileOf(space),
    isAdmin: flag(),
    mustChangePassword: flag('Whether the first session can do nothing but choose a new password.'),
    emailConfirmed: flag('Whether the administrator vouches for the address.'),
    ...ownFieldsIn(space, 'admin'),
  };
  return objectOf(properties, { optional: except(properties, required), description });
}

function firstAdmin(space: DescribedSpace): Schema {
  const { properties: names, required, description } = identifiers(space);
  const own = { displayName, profile: profileOf(space), ...ownFieldsIn(space, 'admin') };
  const properties = { token, ...names, password: passwordFields(space).newPassword, ...own };
  return objectOf(properties, { optional: except(properties, ['token', ...required, 'password']), description });
}

/** How the token of a new session goes out. */
function delivery({ http }: DescribedSpace): Record<string, Schema> {
  const transports = ['cookie', 'bearer'].filter((name) => http.carriers.some((carrier) => carrier === name));
  return {
    transport: {
      ...word(...transports),
      description: `Where the token goes: into the cookie or into the answer; \`${transports[0] ?? ''}\` without it.`,
    },
    remember: flag('Whether the cookie outlives the browser; `false` without it.'),
  };
}

function except(properties: object, names: readonly string[]): string[] {
  return Object.keys(properties).filter((name) => !names.includes(name));
}
