// The requirements of OWASP ASVS 5.0.0 that bear on this library, for scripts/fill-asvs.mjs and test/docs/asvs.spec.ts. The requirements are told in
// our own words. A row is number, level, what it asks, and either tests ("file › part of a title") or one sentence.

const t = (file, title) => ({ file: `test/${file}`, title });

const RESETS = 'integration/password-reset/password-reset.spec.ts';
const CHANGES = 'integration/password-change/password-change.spec.ts';
const POLICY = 'unit/passwords/password-policy.spec.ts';
const LOGIN = 'integration/sessions/log-in.spec.ts';
const LOGIN_RACE = 'integration/sessions/log-in.race.spec.ts';
const CHECKING = 'integration/sessions/checking.spec.ts';
const ENDING = 'integration/sessions/ending.spec.ts';
const LIFETIME = 'unit/sessions/session-lifetime.spec.ts';
const CONTRACT = 'e2e/contract.e2e-spec.ts';
const ENUMERATION = 'e2e/enumeration.e2e-spec.ts';
const CARRIERS = 'e2e/carriers.e2e-spec.ts';
const CROSS_SITE = 'e2e/cross-site.e2e-spec.ts';
const KEYS = 'integration/api-keys/api-keys.spec.ts';
const AUDIT = 'integration/audit-log/audit-log.spec.ts';
const STATIC = 'architecture/static-rules.spec.ts';
const SIGNED = 'integration/jwt/signed-logins.spec.ts';
const TOKEN = 'unit/kernel/secret-token.spec.ts';
const ONE_TIME = 'integration/one-time-tokens/one-time-tokens.spec.ts';
const HASHER = 'unit/passwords/password-hasher.spec.ts';
const GUARDS = 'unit/http/guards.spec.ts';
const DEVICES = 'e2e/known-devices.e2e-spec.ts';

const NO_FACTORS = 'Second factors are not there yet; a session can lack the step `second-factor`, which a host completes.';
const NO_PROVIDERS = 'The host checks what a provider asserts, by a client library of its own, and calls `users.signInBySocial()`.';
const NO_ENCRYPTION = 'Nothing is encrypted or signed here: secrets are only compared, by their hashes.';
const DEPLOYMENT = 'A matter of where the host runs.';

export const CHAPTERS = [
  {
    title: 'V3.3 and V3.5 Cookies and requests of other sites',
    rows: [
      ['3.3.1', 1, 'Cookies are Secure, with a prefix that browsers enforce', [t(CONTRACT, 'is __Host-, Secure, HttpOnly, Lax')]],
      [
        '3.3.2',
        2,
        'SameSite is chosen for each cookie',
        [t('unit/http/cookies.spec.ts', 'says SameSite'), t('unit/http/http.options.spec.ts', 'refuse SameSite=None without Secure')],
      ],
      ['3.3.3', 2, 'Cookies of one host alone bear `__Host-`', [t(CONTRACT, 'is __Host-, Secure, HttpOnly, Lax')]],
      [
        '3.3.4',
        2,
        'Scripts cannot read the session’s cookie, and its value travels nowhere else',
        [t('unit/http/cookies.spec.ts', 'is HttpOnly'), t('e2e/marked-secrets.e2e-spec.ts', 'are in no other answer')],
      ],
      ['3.3.5', 3, 'A cookie is no larger than browsers keep', [t(TOKEN, '[W5] is the id and 256 random bits')]],
      [
        '3.5.1',
        1,
        'Requests that another site starts are refused',
        [
          t(CROSS_SITE, 'nobody is signed in as somebody else by another site'),
          t('unit/http/cross-site.spec.ts', 'with neither header refuses'),
        ],
      ],
      ['3.5.2', 1, 'What needs a pre-flight cannot be had without one', [t('unit/http/http-exchange.spec.ts', 'must say what it is')]],
      [
        '3.5.3',
        1,
        'Nothing delicate happens by a safe method',
        [t(CROSS_SITE, 'GET, HEAD and OPTIONS change nothing'), t('unit/http/own-routes.spec.ts', 'change nothing by GET')],
      ],
    ],
  },
  {
    title: 'V6 Authentication',
    rows: [
      [
        '6.1.1',
        1,
        'It is written down how guessing is slowed without locking owners out',
        '[Rate limits](features/rate-limits.md) and [known devices](features/known-devices.md) say it, with the defaults.',
      ],
      [
        '6.1.2',
        2,
        'The words that a password must not be are listed',
        '[Passwords](features/passwords.md): the option `contextWords`, the host’s to fill.',
      ],
      [
        '6.1.3',
        2,
        'All ways of signing in are written down together with what guards them',
        '[Sessions](features/sessions.md), [HTTP](features/http.md) and [the API’s document](features/openapi.md).',
      ],
      ['6.2.1', 1, 'Passwords have eight characters or more; fifteen are better', [t(POLICY, '[V6.2.1]')]],
      ['6.2.2', 1, 'Users can change their password', [t(CHANGES, '[3.3] sets the new one')]],
      ['6.2.3', 1, 'That takes the old and the new one', [t(CHANGES, '[3.3] changes nothing for a wrong old password')]],
      ['6.2.4', 1, 'The commonest passwords are refused', [t(POLICY, '[V6.2.4]')]],
      ['6.2.5', 1, 'No characters are prescribed', [t(POLICY, '[V6.2.5]')]],
      ['6.2.6', 1, 'Fields hide what is typed', 'A page’s matter; those of the sample app do, which `test/browser` looks at.'],
      ['6.2.7', 1, 'Pasting and password managers work', 'A page’s matter; those of the sample app let both work.'],
      [
        '6.2.8',
        1,
        'A password is compared just as it came',
        [t('unit/passwords/password-input.spec.ts', 'is verified as it was set, and in no other spelling')],
      ],
      ['6.2.9', 2, 'Long passwords are allowed', [t('unit/passwords/password-input.spec.ts', 'counts to the last of %i characters')]],
      ['6.2.10', 2, 'A password lasts until there is a reason to change it', 'No password expires: there is no such option.'],
      ['6.2.11', 2, 'The listed words are refused', [t(POLICY, "and the app's are refused to everybody")]],
      [
        '6.2.12',
        2,
        'Breached passwords are refused',
        [t('integration/passwords/breach-check.spec.ts', 'refuses a password that leaked on every path')],
      ],
      [
        '6.3.1',
        1,
        'Guessing is slowed as written down',
        [t('integration/passwords/passwords.spec.ts', '[V6.3.1]'), t(LOGIN_RACE, 'reaches the hasher at most five times')],
      ],
      [
        '6.3.2',
        1,
        'There are no accounts by default',
        'The migrations write no user; the first administrator is made by `users.bootstrap()`, the command line, `registration.firstAdmin` or the logged one-time link; `firstUserIsAdmin` is off by default.',
      ],
      ['6.3.3', 2, 'More than one factor is asked for', NO_FACTORS],
      [
        '6.3.4',
        2,
        'No way of signing in is weaker than the others',
        [t(CONTRACT, 'are all in this table'), t('e2e/passport.e2e-spec.ts', 'users-local spends the same budgets')],
      ],
      ['6.3.5', 3, 'Users learn of suspicious log-ins', [t(DEVICES, 'that are new are told to the owner')]],
      ['6.3.6', 3, 'Mail signs nobody in', [t(RESETS, '[3.10] opens no session by itself')]],
      [
        '6.3.7',
        3,
        'Users learn when what they sign in with changes',
        [t('integration/registration/confirmation.spec.ts', 'the old one is told')],
      ],
      [
        '6.3.8',
        3,
        'Nobody learns who has an account, by answers, codes or times',
        [
          t(ENUMERATION, 'a log-in by address with a wrong password'),
          t(ENUMERATION, 'a request for a reset: one answer'),
          t(ENUMERATION, 'a registration: one answer'),
        ],
      ],
      [
        '6.4.1',
        1,
        'First passwords and codes are random, short-lived, and do not stay',
        [
          t('integration/invitations/invitations.spec.ts', '[2.4] is a pending user without a password'),
          t(CHANGES, '[3.5] may be one that the user must change'),
        ],
      ],
      ['6.4.2', 1, 'There are no hints and no secret questions', '[The schema](schema.md) has none.'],
      ['6.4.3', 2, 'A reset goes round no second factor', NO_FACTORS],
      ['6.4.4', 2, 'A lost factor is replaced only for who proves himself as at first', NO_FACTORS],
      ['6.4.5', 3, 'Users are told in time to renew what expires', 'Passwords do not expire; a key shows its end, and nobody is reminded.'],
      [
        '6.4.6',
        3,
        'Administrators start resets and choose no passwords',
        'They can do both: `users.send-reset` is the one, `users.set-password` the other; give only the first.',
      ],
      ['6.5.1', 2, 'Codes and lookup secrets work once', [t(ONE_TIME, 'is consumed by one of 16')]],
      ['6.5.2', 2, 'Weak lookup secrets are stored as password hashes', [t(TOKEN, '[W5] is the id and 256 random bits')]],
      ['6.5.3', 2, 'Codes come from a secure generator', [t(STATIC, 'takes no randomness that can be guessed')]],
      ['6.5.4', 2, 'Codes have 20 bits at least', [t(TOKEN, '[W5] is the id and 256 random bits')]],
      [
        '6.5.5',
        2,
        'Codes for signing in last ten minutes at most',
        'No mailed link signs in. One for a reset lasts an hour (`passwordReset.tokenLifetime`).',
      ],
      ['6.5.6', 3, 'A lost factor can be taken away', NO_FACTORS],
      ['6.5.7', 3, 'Biometrics are a second factor only', NO_FACTORS],
      ['6.5.8', 3, 'Time-based codes are checked by the server’s clock', NO_FACTORS],
      ['6.6.1', 2, 'The telephone network is a last resort', 'No code goes by telephone.'],
      [
        '6.6.2',
        2,
        'A code is good for the request that it was made for',
        [t(ONE_TIME, 'is good for one purpose only'), t(RESETS, '[3.11] works with the newest token only')],
      ],
      [
        '6.6.3',
        2,
        'Codes cannot be guessed',
        [t(RESETS, 'is limited for an address that tries'), t(TOKEN, '[W5] is the id and 256 random bits')],
      ],
      ['6.6.4', 3, 'Nobody is worn down by push messages', 'There are no push messages.'],
      ['6.7.1', 3, 'Certificates for checking assertions cannot be changed', NO_FACTORS],
      ['6.7.2', 3, 'Challenges are long and used once', NO_FACTORS],
      [
        '6.8.1',
        2,
        'One provider’s user is not taken for another’s',
        [t('integration/social-sign-in/social-links.spec.ts', 'ties one identity to one user')],
      ],
      ['6.8.2', 2, 'Signatures of assertions are always checked', [t('guides/social-sign-in.e2e-spec.ts', 'believes no other key')]],
      ['6.8.3', 2, 'A SAML assertion works once', NO_PROVIDERS],
      ['6.8.4', 2, 'The provider’s word on how somebody signed in is checked', NO_PROVIDERS],
    ],
  },
  {
    title: 'V7 Session management',
    rows: [
      [
        '7.1.1',
        2,
        'Idle and absolute time-outs are written down',
        [t('unit/sessions/sessions.options.spec.ts', 'have the documented defaults')],
      ],
      ['7.1.2', 2, 'So is how many sessions one may have, and what happens beyond', [t(LOGIN, 'ends the oldest by default')]],
      ['7.1.3', 2, 'And how sessions of several systems go together', NO_PROVIDERS],
      [
        '7.2.1',
        1,
        'Tokens are checked by the server',
        [t('integration/sessions/http-cost.spec.ts', 'is one statement where somebody is signed in')],
      ],
      [
        '7.2.2',
        1,
        'Sessions have tokens made for them, not fixed keys',
        [t(KEYS, '[4.15] is no session’s token'), t('e2e/api-keys.e2e-spec.ts', 'open no session, no other key')],
      ],
      [
        '7.2.3',
        1,
        'Tokens are unique and random, of 128 bits or more',
        [t(TOKEN, '[W5] is the id and 256 random bits'), t(LOGIN, 'that repeats itself never makes two sessions share a token')],
      ],
      [
        '7.2.4',
        1,
        'Each proof makes a new token and ends the old one',
        [t(LOGIN, 'makes a new token each time'), t('e2e/recent-login.e2e-spec.ts', 'lets in whose proof is recent')],
      ],
      ['7.3.1', 2, 'Sessions end when nobody uses them', [t(CHECKING, '[4.6] lives for its idle time-out to the millisecond')]],
      [
        '7.3.2',
        2,
        'And at some time in any case',
        [t(CHECKING, 'ends at its absolute time-out, however busy'), t(LIFETIME, 'never beyond the absolute end')],
      ],
      ['7.4.1', 1, 'An ended session is of no use any more', [t(ENDING, '[4.8] ends by its token or by its id')]],
      ['7.4.2', 1, 'All end when the account is disabled or deleted', [t(CHECKING, '[4.5] opens nothing once its owner is gone')]],
      [
        '7.4.3',
        2,
        'The others can be ended when a password changes',
        [t(CHANGES, '[3.3] sets the new one; the other sessions end'), t(RESETS, '[3.10] sets the password and ends every session')],
      ],
      ['7.4.4', 2, 'Every page shows how to sign out', 'A page’s matter; those of the sample app do.'],
      [
        '7.4.5',
        2,
        'Administrators can end sessions of one or of all',
        [
          t('integration/sessions/blackout.spec.ts', '[5.7] is felt at the next request'),
          t(ENDING, '[4.10] of everybody end only by that word'),
        ],
      ],
      [
        '7.5.1',
        2,
        'What matters for signing in is changed only after a new proof',
        [t('integration/registration/confirmation.spec.ts', 'by the user himself takes his password')],
      ],
      [
        '7.5.2',
        2,
        'Users see and end their sessions, after a proof',
        'They see and end them (capabilities 4.8 to 4.10) without a new proof: ending a session must never be harder than opening one.',
      ],
      ['7.5.3', 3, 'Delicate acts take one more proof', [t('e2e/recent-login.e2e-spec.ts', 'lets in whose proof is recent')]],
      ['7.6.1', 2, 'Sessions here and at the provider end as written down', NO_PROVIDERS],
      [
        '7.6.2',
        2,
        'No session comes about without somebody’s doing',
        [t('integration/registration/register.spec.ts', '[2.3] with an address waits for its confirmation, which opens no session')],
      ],
    ],
  },
  {
    title: 'V8 Authorization',
    rows: [
      [
        '8.1.1',
        1,
        'It is written down who may do what, and with which data',
        '[Authority](features/authority.md): the table of routes and permissions.',
      ],
      ['8.1.2', 2, 'And who may read and write which field', '[Own fields](guides/own-fields.md) and [users](features/users.md).'],
      [
        '8.1.3',
        3,
        'And which circumstances count',
        '[Known devices](features/known-devices.md) and [rate limits](features/rate-limits.md): device and address.',
      ],
      ['8.1.4', 3, 'And how they count', 'The same pages.'],
      [
        '8.2.1',
        1,
        'Functions are for who has the right',
        [
          t('e2e/admin-permissions.e2e-spec.ts', 'a support agent helps users'),
          t(CONTRACT, 'every route that is not for everybody asks who it is'),
        ],
      ],
      ['8.2.2', 1, 'So is data: nobody reaches another’s by its id', [t(CONTRACT, 'another user’s session is not there')]],
      ['8.2.3', 2, 'So is each field', [t('e2e/mass-assignment.e2e-spec.ts', 'takes what is listed, and nothing of all this')]],
      [
        '8.2.4',
        3,
        'Circumstances are looked at when a session begins and during it',
        'A new device is told to its owner; during a session nothing is judged by address or hour.',
      ],
      [
        '8.3.1',
        1,
        'Rights are enforced by the server',
        [
          t(GUARDS, 'let in who shows a session'),
          t('integration/authority/authority.spec.ts', 'nobody gives or takes on another’s behalf'),
        ],
      ],
      [
        '8.3.2',
        3,
        'A change of rights is felt at once',
        [
          t('e2e/rights.e2e-spec.ts', 'a permission opens, at the next request'),
          t('e2e/guards.e2e-spec.ts', 'a role that goes is gone at the next request'),
        ],
      ],
      [
        '8.3.3',
        3,
        'Who acts for another has that one’s rights, not his own',
        [
          t(KEYS, '[4.15] [B-124] has of its owner’s present rights those that its scopes name'),
          t('integration/impersonation/impersonation.spec.ts', '[8.3.3] has the rights of the user and no others'),
        ],
      ],
      ['8.4.1', 2, 'Tenants do not reach each other', [t('integration/spaces/spaces.spec.ts', 'gives each its own paths and cookies')]],
      [
        '8.4.2',
        3,
        'The administration has more than one wall',
        'Permissions and `@RecentLogin()` are two; the address and the device’s state are the host’s matter.',
      ],
    ],
  },
  {
    title: 'V9 Self-contained tokens',
    rows: [
      ['9.1.1', 1, 'They are checked before they are believed', [t(SIGNED, 'of no forger opens anything')]],
      ['9.1.2', 1, 'By listed algorithms', [t(SIGNED, 'of no forger opens anything')]],
      ['9.1.3', 1, 'With keys from a known place', [t(SIGNED, 'of no forger opens anything')]],
      ['9.2.1', 1, 'Within their time', [t(ONE_TIME, 'is good until the millisecond of its end')]],
      [
        '9.2.2',
        2,
        'For what they were made for',
        [t(CARRIERS, 'a token of one kind is none of another'), t(TOKEN, '[W16] is of one kind')],
      ],
      ['9.2.3', 2, 'By whom they were made for', [t('integration/spaces/spaces.spec.ts', 'lets nobody in by the other one’s session')]],
      ['9.2.4', 2, 'And say so where one key serves several', [t(SIGNED, 'sign by $algorithm')]],
    ],
  },
  {
    title: 'V11 Cryptography',
    rows: [
      [
        '11.1.1',
        2,
        'It is written down how keys are kept',
        'There are no keys: tokens are random, passwords are hashed with a salt of their own.',
      ],
      [
        '11.1.2',
        2,
        'There is a list of keys, algorithms and certificates',
        '[Passwords](features/passwords.md) and [the schema](schema.md): argon2id, scrypt, SHA-256, and nothing else that is written.',
      ],
      [
        '11.1.3',
        3,
        'Every use of cryptography can be found',
        'No tool looks for it; `node:crypto` is imported in few files, and a rule of the tests forbids other randomness.',
      ],
      [
        '11.1.4',
        3,
        'There is a plan for other algorithms',
        'A hash names its algorithm and is written anew at the next log-in; nothing here rests on public keys.',
      ],
      ['11.2.1', 2, 'Implementations are well-tried ones', 'Node’s `crypto`, and the packages `argon2` and `bcrypt`.'],
      [
        '11.2.2',
        2,
        'Algorithms can be changed',
        [t(HASHER, 'is outdated'), t('integration/passwords/passwords.spec.ts', 'of bcrypt is upgraded from the whole password')],
      ],
      ['11.2.3', 2, 'Everything has 128 bits of security', [t(TOKEN, '[W5] is the id and 256 random bits')]],
      [
        '11.2.4',
        3,
        'Comparisons take the same time',
        [t(TOKEN, 'is exact'), t('integration/passwords/passwords.spec.ts', 'is one hash for a disabled password, right or wrong')],
      ],
      [
        '11.2.5',
        3,
        'Faults open nothing and tell nothing',
        [t(LOGIN, 'answers no to a stored hash that nobody can read'), t(HASHER, 'cost one hash, as any other')],
      ],
      ['11.3.1', 1, 'No weak modes and paddings', NO_ENCRYPTION],
      ['11.3.2', 1, 'Approved ciphers only', NO_ENCRYPTION],
      ['11.3.3', 2, 'What is encrypted cannot be changed unseen', NO_ENCRYPTION],
      ['11.3.4', 3, 'Nonces are used once', NO_ENCRYPTION],
      ['11.3.5', 3, 'First encrypt, then authenticate', NO_ENCRYPTION],
      ['11.4.1', 1, 'No broken hash functions', [t(TOKEN, '[W1] is stored as a hash that does not hold it')]],
      [
        '11.4.2',
        2,
        'Passwords are stored by a slow function with present-day parameters',
        [t(HASHER, 'is what the package argon2 reads'), t(HASHER, 'scrypt writes at N=2^17')],
      ],
      ['11.4.3', 2, 'Hashes are long enough', [t(TOKEN, '[W1] is stored as a hash that does not hold it')]],
      ['11.4.4', 2, 'Keys are derived from passwords slowly', 'No key is derived from a password.'],
      [
        '11.5.1',
        2,
        'What must not be guessed has 128 random bits; uuids do not count',
        [t(TOKEN, '[W5] is the id and 256 random bits'), t('integration/registration/confirmation.spec.ts', 'the row’s id alone')],
      ],
      ['11.5.2', 3, 'The generator holds under load, and its faults are noticed', [t(LOGIN, 'opens no session and issues no token: 503')]],
      ['11.6.1', 2, 'Approved algorithms for keys and signatures', NO_ENCRYPTION],
      ['11.6.2', 3, 'And for the exchange of keys', NO_ENCRYPTION],
      ['11.7.1', 3, 'Memory is encrypted', DEPLOYMENT],
      [
        '11.7.2',
        3,
        'As little as possible lies open while it is used',
        'A password is dropped after its hash; JavaScript cannot wipe memory.',
      ],
    ],
  },
  {
    title: 'V16 Logging and errors',
    rows: [
      [
        '16.1.1',
        2,
        'It is written down what is logged, where and for how long',
        '[The audit log](features/audit-log.md): its events, its table, its retention.',
      ],
      ['16.2.1', 2, 'An entry says when, where, who and what', [t(AUDIT, 'writes down who, what, when and from where')]],
      ['16.2.2', 2, 'In UTC', [t(CONTRACT, 'a user is shown by name, with dates in UTC')]],
      ['16.2.3', 2, 'Nowhere but where it is said', [t(STATIC, 'writes nothing to the console')]],
      ['16.2.4', 2, 'In a form that programs read', [t(AUDIT, 'gives pages without gaps or doubles')]],
      [
        '16.2.5',
        2,
        'Without secrets',
        [t('e2e/marked-secrets.e2e-spec.ts', 'are in no line of the log'), t(AUDIT, '[6.1] [B-14] holds no secret')],
      ],
      ['16.3.1', 2, 'Every log-in is written down, good or not', [t(AUDIT, 'writes down log-ins that failed')]],
      ['16.3.2', 2, 'So is every refusal of a right', 'A 403 leaves no entry: a host logs it in a filter of its own.'],
      [
        '16.3.3',
        2,
        'So are attempts to get round a control',
        'Failed log-ins and refused links are; what a limit refused is not, so that nobody can fill the table.',
      ],
      [
        '16.3.4',
        2,
        'So are faults of controls',
        [t('unit/kernel/background.spec.ts', 'logs what fails, and goes on'), t(GUARDS, 'fail closed on a fault that nobody foresaw')],
      ],
      [
        '16.4.1',
        2,
        'Nobody can forge a line',
        [
          t(AUDIT, '[6.1] [B-14] holds no secret and nothing that a person typed'),
          t('unit/notifications/mail-queue.spec.ts', 'lets no token and no address into a log line'),
        ],
      ],
      ['16.4.2', 2, 'Nobody can read or change it unduly', [t('e2e/audit-log.e2e-spec.ts', 'is closed to strangers')]],
      ['16.4.3', 2, 'It is kept elsewhere too', 'The host exports it: `AuditLog.export()`.'],
      [
        '16.5.1',
        2,
        'Errors tell strangers nothing',
        [t('fuzz/requests.spec.ts', 'never with a 500'), t('e2e/attack-cases.e2e-spec.ts', 'no answer to an administrator holds a hash')],
      ],
      ['16.5.2', 2, 'It stays safe while something else is down', [t('e2e/outage.e2e-spec.ts', 'guarded routes say 503')]],
      [
        '16.5.3',
        2,
        'Nothing opens because of a fault',
        [t(GUARDS, 'fail closed on a fault that nobody foresaw'), t(GUARDS, 'say 503 with Retry-After while the database cannot answer')],
      ],
      ['16.5.4', 3, 'Nothing that nobody caught ends the process', [t('fuzz/requests.spec.ts', 'leave nothing behind that nobody caught')]],
    ],
  },
];
