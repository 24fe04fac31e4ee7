/** Who may call a route: `public` nobody is asked who he is, `optional` whoever comes, `session` and `admin` who shows that he is it. */
export type Entrance = 'public' | 'optional' | 'session' | 'admin';

/** What a field of a body takes, so that a test knows what it must refuse. */
export type FieldKind =
  'identifier' | 'username' | 'email' | 'password' | 'token' | 'name' | 'text' | 'json' | 'flag' | 'choice' | 'list' | 'names' | 'instant';

export interface BodyField {
  readonly kind: FieldKind;
  readonly isOptional?: true;
  /** Whether `null` clears. */
  readonly takesNull?: true;
}

export interface OwnRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With `:id` where one belongs. */
  readonly path: string;
  readonly entrance: Entrance;
  readonly fields?: Readonly<Record<string, BodyField>>;
}

const field = (kind: FieldKind): BodyField => ({ kind });
const identifier = field('identifier');
const username = field('username');
const email = field('email');
const password = field('password');
const token = field('token');
const maybe = (kind: FieldKind): BodyField => ({ kind, isOptional: true });
const PERSONAL = {
  displayName: { kind: 'name', isOptional: true, takesNull: true },
  profile: maybe('json'),
  company: maybe('text'),
} as const;
const DELIVERY = { transport: maybe('choice'), remember: maybe('flag') } as const;

/** Every route of ours that issue and contract list, with every field that its body knows. */
export const OWN_ROUTES: readonly OwnRoute[] = [
  {
    method: 'POST',
    path: '/auth/register',
    entrance: 'public',
    fields: { username: maybe('username'), email: maybe('email'), password, ...PERSONAL, ...DELIVERY },
  },
  {
    method: 'POST',
    path: '/auth/login',
    entrance: 'public',
    fields: { login: identifier, password, ...DELIVERY, deviceName: maybe('name') },
  },
  { method: 'POST', path: '/auth/logout', entrance: 'public' },
  { method: 'GET', path: '/auth/session', entrance: 'optional' },
  { method: 'GET', path: '/auth/me', entrance: 'session' },
  { method: 'GET', path: '/auth/me/export', entrance: 'session' },
  { method: 'GET', path: '/auth/me/credentials', entrance: 'session' },
  { method: 'PATCH', path: '/auth/me', entrance: 'session', fields: PERSONAL },
  { method: 'POST', path: '/auth/username', entrance: 'session', fields: { username } },
  { method: 'POST', path: '/auth/me/delete', entrance: 'session', fields: { password } },
  { method: 'POST', path: '/auth/reauthenticate', entrance: 'session', fields: { password } },
  { method: 'GET', path: '/auth/sessions', entrance: 'session' },
  { method: 'DELETE', path: '/auth/sessions/:id', entrance: 'session' },
  { method: 'DELETE', path: '/auth/sessions', entrance: 'session' },
  { method: 'POST', path: '/auth/email/confirm/request', entrance: 'optional', fields: { email } },
  { method: 'POST', path: '/auth/email/confirm', entrance: 'public', fields: { token } },
  { method: 'POST', path: '/auth/email/change', entrance: 'session', fields: { email, password } },
  { method: 'DELETE', path: '/auth/email/change', entrance: 'session' },
  {
    method: 'POST',
    path: '/auth/password/change',
    entrance: 'session',
    fields: { oldPassword: password, newPassword: password, endOthers: maybe('flag') },
  },
  { method: 'POST', path: '/auth/password/set', entrance: 'session', fields: { newPassword: password } },
  { method: 'POST', path: '/auth/password/reset/request', entrance: 'public', fields: { login: identifier } },
  { method: 'POST', path: '/auth/password/reset/confirm', entrance: 'public', fields: { token, newPassword: password } },
  { method: 'GET', path: '/auth/social', entrance: 'session' },
  { method: 'DELETE', path: '/auth/social/:id', entrance: 'session' },
  { method: 'GET', path: '/auth/api-keys', entrance: 'session' },
  {
    method: 'POST',
    path: '/auth/api-keys',
    entrance: 'session',
    fields: { name: { kind: 'name' }, scopes: { kind: 'names', isOptional: true } },
  },
  { method: 'DELETE', path: '/auth/api-keys/:id', entrance: 'session' },
  { method: 'POST', path: '/auth/impersonation/stop', entrance: 'session' },
  {
    method: 'POST',
    path: '/auth/first-admin',
    entrance: 'public',
    fields: { token, username: maybe('username'), email: maybe('email'), password, ...PERSONAL },
  },
  { method: 'POST', path: '/auth/invitations/accept', entrance: 'public', fields: { token, password, username: maybe('username') } },
  { method: 'GET', path: '/admin/me', entrance: 'admin' },
  { method: 'GET', path: '/admin/fields', entrance: 'admin' },
  { method: 'GET', path: '/admin/users', entrance: 'admin' },
  {
    method: 'POST',
    path: '/admin/users',
    entrance: 'admin',
    fields: {
      username,
      email: maybe('email'),
      password: maybe('password'),
      ...PERSONAL,
      isAdmin: maybe('flag'),
      mustChangePassword: maybe('flag'),
      emailConfirmed: maybe('flag'),
    },
  },
  { method: 'GET', path: '/admin/users/:id', entrance: 'admin' },
  {
    method: 'PATCH',
    path: '/admin/users/:id',
    entrance: 'admin',
    fields: { email: { kind: 'email', isOptional: true, takesNull: true }, ...PERSONAL },
  },
  { method: 'DELETE', path: '/admin/users/:id', entrance: 'admin' },
  { method: 'POST', path: '/admin/users/:id/activate', entrance: 'admin' },
  {
    method: 'POST',
    path: '/admin/users/:id/ban',
    entrance: 'admin',
    fields: { reason: { kind: 'text', isOptional: true, takesNull: true }, until: { kind: 'instant', isOptional: true, takesNull: true } },
  },
  { method: 'POST', path: '/admin/users/:id/unban', entrance: 'admin' },
  { method: 'POST', path: '/admin/users/:id/deactivate', entrance: 'admin' },
  { method: 'POST', path: '/admin/users/:id/end-sessions', entrance: 'admin' },
  { method: 'POST', path: '/admin/users/:id/send-reset', entrance: 'admin' },
  { method: 'POST', path: '/admin/users/:id/confirm-email', entrance: 'admin' },
  { method: 'POST', path: '/admin/users/:id/impersonate', entrance: 'admin', fields: { reason: { kind: 'text' } } },
  { method: 'PUT', path: '/admin/users/:id/admin', entrance: 'admin', fields: { admin: { kind: 'flag' } } },
  { method: 'PUT', path: '/admin/users/:id/password', entrance: 'admin', fields: { newPassword: password, mustChange: maybe('flag') } },
  { method: 'PUT', path: '/admin/users/:id/permissions', entrance: 'admin', fields: { permissions: { kind: 'list' } } },
  { method: 'PUT', path: '/admin/users/:id/roles', entrance: 'admin', fields: { roles: { kind: 'list' } } },
  {
    method: 'POST',
    path: '/admin/invitations',
    entrance: 'admin',
    fields: { email, displayName: PERSONAL.displayName },
  },
  { method: 'GET', path: '/admin/sessions', entrance: 'admin' },
  { method: 'DELETE', path: '/admin/sessions/:id', entrance: 'admin' },
  { method: 'DELETE', path: '/admin/sessions', entrance: 'admin' },
  { method: 'GET', path: '/admin/blackout', entrance: 'admin' },
  // Its one field, `at`, may be left out, and then everybody is signed out: what it refuses is in a test of its own.
  { method: 'PUT', path: '/admin/blackout', entrance: 'admin' },
  { method: 'DELETE', path: '/admin/blackout', entrance: 'admin' },
];

export type RouteWithBody = OwnRoute & { readonly fields: Readonly<Record<string, BodyField>> };

export const ROUTES_WITH_BODY: readonly RouteWithBody[] = OWN_ROUTES.filter((route): route is RouteWithBody => route.fields !== undefined);
/** Everything but GET. */
export const UNSAFE_ROUTES: readonly OwnRoute[] = OWN_ROUTES.filter(({ method }) => method !== 'GET');

export const named = ({ method, path }: OwnRoute): string => `${method} ${path}`;
