import type { DescribedSpace } from './described-space.js';
import { ownFieldsOut } from './field-schemas.js';
import { anyJson, flag, instant, listOf, objectOf, orNull, type Schema, text, word } from './schema.js';

export type AnswerName = keyof ReturnType<typeof answerSchemas>;

const ref = (name: string): Schema => ({ $ref: name });
const id = text({ format: 'uuid' });

/** What our routes answer. Further properties may come with a later version. */
export function answerSchemas(space: DescribedSpace) {
  const signedIn = { user: ref('User'), session: ref('Session') };
  return {
    User: user(space, 'self'),
    UserForAdmin: user(space, 'admin'),
    Session: objectOf(SESSION, { description: 'Where somebody is signed in. Never its token.' }),
    SessionForAdmin: objectOf({ ...SESSION, userId: id }),
    ...waysIn(),
    SignedIn: withToken(space, signedIn),
    Renewed: withToken(space, { session: ref('Session') }),
    Registered: space.registration.signIn ? withToken(space, signedIn) : objectOf({ user: ref('User') }),
    Context: objectOf({ ...signedIn, roles: listOf(text()), permissions: listOf(text()) }),
    PersonalData: personalData(),
    CredentialFacts: credentialFacts(),
    SessionState: { oneOf: [ref('Context'), objectOf({ user: NOTHING, session: NOTHING })] },
    OneUser: objectOf({ user: ref('User') }),
    OneUserForAdmin: objectOf({ user: ref('UserForAdmin') }),
    Invited: objectOf({ user: ref('UserForAdmin'), expiresAt: instant('When the link stops working.') }),
    UserDetails: objectOf({ user: ref('UserForAdmin'), counts: COUNTS, ban: BAN }),
    UserPage: page(ref('UserForAdmin')),
    SessionPage: page(ref('SessionForAdmin')),
    ...endings(),
    Rights: objectOf({ can: listOf(text()) }),
    OwnFields: listOf(OWN_FIELD),
    Empty: objectOf({}),
    Error: ERROR,
  };
}

const SESSION = {
  id,
  createdAt: instant(),
  lastSeenAt: instant(),
  recentUntil: instant('Until when a delicate act needs no password.'),
  expiresAt: orNull(instant('When it ends by itself if nobody uses it again; null for never.')),
  ip: orNull(text()),
  userAgent: orNull(text()),
  device: text({ description: 'What a person would call the device.' }),
  kind: word('session', 'apiKey'),
  needs: listOf(word('second-factor', 'new-password', 'confirm-email'), 'What it still lacks; until then it can do only that.'),
  actor: orNull(objectOf({ id, name: orNull(text()), reason: text() }, { description: 'The human behind an impersonation, and why.' })),
  data: anyJson('What the app keeps with the session.'),
};

const API_KEY = objectOf({
  id,
  userId: id,
  name: text(),
  start: text({ description: 'How the key begins.' }),
  scopes: listOf(text()),
  createdAt: instant(),
  lastUsedAt: orNull(instant()),
  expiresAt: orNull(instant('null for never.')),
  usesLeft: orNull({ type: 'integer', minimum: 0 }),
  rate: orNull(objectOf({ uses: { type: 'integer' }, per: text() })),
});
const SOCIAL_IDENTITY = objectOf({
  provider: text(),
  subject: text({ description: "The provider's own id for the person." }),
  email: orNull(text({ description: 'What the provider told when it was linked.' })),
  linkedAt: instant(),
  lastUsedAt: orNull(instant()),
});
const MAILED_LINK = objectOf({ purpose: text(), sentTo: orNull(text()), createdAt: instant(), expiresAt: instant() });
const NOTHING: Schema = { type: ['null'] };
const COUNTS = objectOf({ sessions: { type: 'integer', minimum: 0 }, apiKeys: { type: 'integer', minimum: 0 } });
const BAN = orNull(objectOf({ reason: orNull(text()), until: orNull(instant('null for good.')), by: orNull(id), at: instant() }));

const OWN_FIELD = objectOf({
  name: text(),
  label: text(),
  type: word('text', 'number', 'flag', 'instant', 'json'),
  set: listOf(word('registration', 'self', 'admin')),
  show: listOf(word('self', 'admin')),
});

const ERROR = objectOf(
  {
    statusCode: { type: 'integer' },
    code: text({ description: 'Stable, for programs.' }),
    message: text({ description: 'For people; it may change.' }),
    fields: { type: 'object', additionalProperties: listOf(text()), description: 'What is wrong with which field, by codes.' },
    needs: listOf(text(), 'With USERS_STEP_NEEDED: the steps that the session lacks.'),
  },
  { optional: ['fields', 'needs'] },
);

function waysIn() {
  return {
    OwnSessions: objectOf({ items: listOf(objectOf({ ...SESSION, current: flag('Whether it is the one that asks.') })) }),
    SocialIdentities: objectOf({ items: listOf(SOCIAL_IDENTITY) }),
    ApiKeys: objectOf({ items: listOf(API_KEY) }),
    CreatedApiKey: objectOf({ key: text({ description: 'It is shown once.' }), apiKey: API_KEY }),
  };
}

function personalData(): Schema {
  return objectOf({
    exportedAt: instant(),
    user: ref('User'),
    roles: listOf(text()),
    permissions: listOf(text()),
    passwordChangedAt: orNull(instant('null without a password.')),
    sessions: listOf(objectOf({ ...SESSION, userId: id, authenticatedAt: instant() }), 'Sessions and API keys.'),
    identities: listOf(SOCIAL_IDENTITY, 'As whom one is known at other providers.'),
    links: listOf(MAILED_LINK, 'Mailed links, without what opens them.'),
  });
}

function credentialFacts(): Schema {
  return objectOf({
    passwordChangedAt: orNull(instant('null without a password.')),
    emailChange: orNull(objectOf({ email: text(), expiresAt: instant() })),
  });
}

function endings() {
  return {
    Ended: objectOf({ ended: { type: 'integer', minimum: 0, description: 'How many sessions ended.' } }),
    Blackout: objectOf({ at: orNull(instant()) }),
    BlackoutSet: objectOf({ at: instant(), endsYours: flag('Whether the session that asked is among those refused.') }),
  };
}

function user(space: DescribedSpace, reader: 'self' | 'admin'): Schema {
  return objectOf({
    id,
    username: orNull(text()),
    email: orNull(text()),
    displayName: orNull(text()),
    status: word('pending', 'active', 'banned', 'disabled'),
    isAdmin: flag(),
    emailConfirmedAt: orNull(instant()),
    mustChangePassword: flag(),
    createdAt: instant(),
    updatedAt: instant(),
    lastLoginAt: orNull(instant()),
    profile: anyJson('Free JSON that the user writes.'),
    ...(reader === 'admin' && {
      isService: flag("A program's account: it cannot sign in."),
      roles: listOf(text()),
      permissions: listOf(text(), 'His own, without those of his roles.'),
    }),
    ...ownFieldsOut(space, reader),
  });
}

function page(item: Schema): Schema {
  return objectOf({ items: listOf(item), next: orNull(text({ description: 'For `after`; null on the last page.' })) });
}

/** A token leaves in a body only where one may come back as a bearer token. */
function withToken({ http }: DescribedSpace, properties: Record<string, Schema>): Schema {
  const extras: Schema = { type: 'object', description: 'Where the app gives any: fields of its own, a signed token.' };
  if (!http.carriers.includes('bearer')) return objectOf({ ...properties, extras }, { optional: ['extras'] });
  const token = text({ description: 'With the transport `bearer` alone. It is shown once.' });
  return objectOf({ ...properties, token, extras }, { optional: ['token', 'extras'] });
}
