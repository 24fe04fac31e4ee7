import { createHmac, generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { base64url, decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { InvalidOptionsError, InvalidSessionError } from 'nestjs-users';
import { type SignedLoginKey, signedLogins, type SignedLoginsOptions } from 'nestjs-users/jwt';
import { HostApp, PASSWORD } from '../../support/host-app.js';

const pem = (pair: { privateKey: { export(options: { type: 'pkcs8'; format: 'pem' }): string | Buffer } }): string =>
  String(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
const SECRET = 'a secret of at least thirty-two bytes';
const RSA = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const KEYS: readonly SignedLoginKey[] = [
  { id: 'ed', algorithm: 'EdDSA', key: pem(generateKeyPairSync('ed25519')) },
  { id: 'hs', algorithm: 'HS256', key: SECRET },
  { id: 'rs', algorithm: 'RS256', key: pem(RSA) },
];
const [ED, HS, RS] = KEYS as [SignedLoginKey, SignedLoginKey, SignedLoginKey];
const ISSUER = 'https://notes.example';

let host: HostApp;
const start = async (options: Partial<SignedLoginsOptions> = {}): Promise<void> => {
  host = await HostApp.start({
    listen: 'express',
    routes: true,
    sessions: { loginExtras: ({ user, roles }) => ({ settingsId: `s-${user.username}`, roles }) },
    extensions: [signedLogins({ keys: KEYS, issuer: ISSUER, ...options })],
  });
  await host.user('ann', { emailConfirmed: true });
  await host.users.setRoles({ username: 'ann' }, ['editor']);
};
beforeEach(() => start());
afterEach(() => host.close());

const signedIn = async (): Promise<{ jwt: string; token: string; id: string }> => {
  const { extras, token, session } = await host.sessions.login({ login: 'ann', password: PASSWORD });
  return { jwt: extras['jwt'] as string, token, id: session.id };
};
const statusOf = async (jwt: string): Promise<number> => (await host.client().get('/auth/me', { token: jwt })).status;
/** As somebody signs who has a key of ours, and says what he likes. */
const forged = (claims: object, header: object, key: Parameters<SignJWT['sign']>[0]): Promise<string> =>
  new SignJWT({ ...claims }).setProtectedHeader({ alg: 'HS256', ...header }).sign(key);

describe('a log-in with a signed token', () => {
  it('[4.13] answers it under extras, beside fields of the host, over HTTP as in code', async () => {
    const { extras } = await host.sessions.login({ login: 'ann', password: PASSWORD });
    expect(extras).toEqual({ settingsId: 's-ann', roles: ['editor'], jwt: expect.any(String) });
    const answer = await host.client().post('/auth/login', { login: 'ann', password: PASSWORD });
    expect(Object.keys(answer.body)).toEqual(['user', 'session', 'extras']);
    expect(answer.body.extras).toMatchObject({ settingsId: 's-ann', jwt: expect.any(String) });
  });

  it('[4.13] says who, which session, which roles, from when to when', async () => {
    const { jwt, id } = await signedIn();
    const { id: userId } = await host.users.findOrFail({ username: 'ann' });
    const iat = Math.floor(host.clock.now().getTime() / 1_000);
    expect(decodeProtectedHeader(jwt)).toEqual({ alg: 'EdDSA', kid: 'ed', typ: 'at+jwt' });
    expect(decodeJwt(jwt)).toMatchObject({ sub: userId, jti: id, acc: 'ann', roles: ['editor'], iss: ISSUER, iat, exp: iat + 900 });
    const soon = await host.sessions.open(userId, { expiresAt: new Date(host.clock.now().getTime() + 60_000) });
    expect(decodeJwt(soon.extras['jwt'] as string).exp).toBe(iat + 60);
  });

  it('[4.13] opens the guarded routes as a bearer token, and is good in no cookie and as no key', async () => {
    const { jwt } = await signedIn();
    const client = host.client();
    expect((await client.get('/auth/me', { token: jwt })).body).toMatchObject({ user: { username: 'ann' } });
    client.cookies.set('session', jwt);
    expect((await client.get('/auth/me')).status).toBe(401);
    expect((await host.client().get('/auth/me', { headers: { 'x-api-key': jwt } })).status).toBe(401);
    expect(await host.sessions.check(jwt)).toEqual({ status: 'not_found' });
  });

  it.each<[string, (session: { id: string; token: string }) => Promise<unknown>]>([
    ['ends', ({ id }) => host.sessions.end(id)],
    ['gets another secret', ({ id }) => host.sessions.reauthenticate(id, PASSWORD)],
    ['is blacked out', () => host.sessions.endAllBefore(host.clock.now())],
    ['loses its owner by a ban', () => host.users.ban({ username: 'ann' })],
    ['runs out', async () => host.clock.advance('16m')],
  ])('[4.13] is dead at the next request when its session %s', async (_what, act) => {
    const session = await signedIn();
    expect(await statusOf(session.jwt)).toBe(200);
    await act(session);
    expect(await statusOf(session.jwt)).toBe(401);
    await expect(host.sessions.authenticateSigned(session.jwt)).rejects.toThrow(InvalidSessionError);
  });

  it('[4.13] comes anew from a reauthentication, for the new secret', async () => {
    const { token } = await signedIn();
    const renewed = await host.client().post('/auth/reauthenticate', { password: PASSWORD }, { token });
    expect(await statusOf(renewed.body.extras.jwt as string)).toBe(200);
  });

  it('[4.13] of no forger opens anything: no algorithm, another key, another kind, another name of a key', async () => {
    const { jwt } = await signedIn();
    const claims = decodeJwt(jwt);
    const [header = '', payload = '', signature = ''] = jwt.split('.');
    const part = (value: object): string => base64url.encode(JSON.stringify(value));
    const secret = Buffer.from(SECRET);
    const publicPem = RSA.publicKey.export({ type: 'spki', format: 'pem' });
    const confused = `${part({ alg: 'HS256', kid: 'rs', typ: 'at+jwt' })}.${payload}`;
    const bad: Record<string, string> = {
      'alg none': `${part({ alg: 'none', kid: 'ed', typ: 'at+jwt' })}.${payload}.x`,
      'no signature': `${header}.${payload}.`,
      'changed claims': `${header}.${part({ ...claims, sub: 'x' })}.${signature}`,
      'another key': await forged(claims, { kid: 'hs', typ: 'at+jwt' }, Buffer.from(`${SECRET}!`)),
      'no kid': await forged(claims, { typ: 'at+jwt' }, secret),
      'an unknown kid': await forged(claims, { kid: '../hs', typ: 'at+jwt' }, secret),
      "another key's kid": await forged(claims, { kid: 'ed', typ: 'at+jwt' }, secret),
      'the public key as a secret': `${confused}.${createHmac('sha256', publicPem).update(confused).digest('base64url')}`,
      'another kind': await forged(claims, { kid: 'hs', typ: 'JWT' }, secret),
      'no kind': await forged(claims, { kid: 'hs' }, secret),
      'another issuer': await forged({ ...claims, iss: 'https://evil.example' }, { kid: 'hs', typ: 'at+jwt' }, secret),
      'no end': await forged({ ...claims, exp: undefined }, { kid: 'hs', typ: 'at+jwt' }, secret),
      'no binding': await forged({ ...claims, bnd: undefined }, { kid: 'hs', typ: 'at+jwt' }, secret),
      'another binding': await forged({ ...claims, bnd: 'f'.repeat(64) }, { kid: 'hs', typ: 'at+jwt' }, secret),
      'a binding of another type': await forged({ ...claims, bnd: {} }, { kid: 'hs', typ: 'at+jwt' }, secret),
      'no session': await forged({ ...claims, jti: '019b0000-0000-7000-8000-000000000001' }, { kid: 'hs', typ: 'at+jwt' }, secret),
      'no id': await forged({ ...claims, jti: "' OR 1=1" }, { kid: 'hs', typ: 'at+jwt' }, secret),
      'a critical header': await forged(claims, { kid: 'hs', typ: 'at+jwt', crit: ['exp'] }, secret).catch(() => 'a.b.c'),
      'a key of its own': await forged(claims, { kid: 'mine', jwk: { kty: 'oct', k: 'AAAA' }, typ: 'at+jwt' }, secret),
      nonsense: 'a.b.c',
      'a long one': `${header}.${'A'.repeat(9_000)}.${signature}`,
    };
    for (const [what, token] of Object.entries(bad)) expect([what, await statusOf(token)]).toEqual([what, 401]);
    expect(await statusOf(await forged(claims, { kid: 'hs', typ: 'at+jwt' }, secret))).toBe(200);
  });

  it('[4.13] for the id of an API key opens nothing, whatever signs it', async () => {
    const { jwt } = await signedIn();
    const { apiKey } = await host.sessions.createApiKey({ username: 'ann' }, { name: 'robot', scopes: ['notes'] });
    const other = await forged({ ...decodeJwt(jwt), jti: apiKey.id }, { kid: 'hs', typ: 'at+jwt' }, Buffer.from(SECRET));
    expect(await statusOf(other)).toBe(401);
  });
});

describe('the keys', () => {
  it.each([ED, HS, RS])('[4.13] sign by $algorithm', async (key) => {
    await host.close();
    await start({ keys: [key], audience: 'notes', lifetime: '5m' });
    const { jwt } = await signedIn();
    expect(decodeProtectedHeader(jwt)).toMatchObject({ alg: key.algorithm, kid: key.id });
    expect(await statusOf(jwt)).toBe(200);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['no key', { keys: [], issuer: ISSUER }],
    ['a short secret', { keys: [{ ...HS, key: 'short' }], issuer: ISSUER }],
    ['a key of another kind', { keys: [{ ...ED, key: RS.key }], issuer: ISSUER }],
    ['a short RSA key', { keys: [{ ...RS, key: pem(generateKeyPairSync('rsa', { modulusLength: 1_024 })) }], issuer: ISSUER }],
    ['no PEM', { keys: [{ ...RS, key: 'x' }], issuer: ISSUER }],
    ['the algorithm none', { keys: [{ ...HS, algorithm: 'none' }], issuer: ISSUER }],
    ['two keys of one name', { keys: [HS, { ...ED, id: 'hs' }], issuer: ISSUER }],
    ['no issuer', { keys: KEYS }],
    ['a long life', { keys: KEYS, issuer: ISSUER, lifetime: '2d' }],
    ['a misspelt option', { keys: KEYS, issuer: ISSUER, lifeTime: '5m' }],
  ])('are refused at once where the options hold %s, in a sentence without the key', (_what, options) => {
    const tried = (): unknown => signedLogins(options as SignedLoginsOptions);
    expect(tried).toThrow(InvalidOptionsError);
    expect(() => tried()).not.toThrow(/PRIVATE|thirty-two|short\b.*short/);
  });
});
