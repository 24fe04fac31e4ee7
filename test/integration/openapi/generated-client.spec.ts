import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ROOT } from '../../architecture/sources.js';
import { type HostApp, PASSWORD } from '../../support/host-app.js';
import { describedApp, documentOf } from './described-app.js';
import { GeneratedClient } from './generated-client.js';

/** What somebody writes who has nothing but the document: he registers, signs in by bearer and reads who he is. */
const PROGRAM = `
import createClient from 'openapi-fetch';
import type { paths } from './paths.js';

export async function signUp(baseUrl: string, password: string): Promise<{ username: string | null; company: string; can: number; again: string | undefined }> {
  const client = createClient<paths>({ baseUrl });
  const registered = await client.POST('/auth/register', { body: { username: 'eve', password, company: 'ACME' } });
  if (registered.error) throw new Error(registered.error.code);
  const login = await client.POST('/auth/login', { body: { login: 'eve', password, transport: 'bearer' } });
  if (login.error) throw new Error(login.error.code);
  const { token, user, session } = login.data;
  if (token === undefined) throw new Error('no token');
  client.use({ onRequest: ({ request }) => request.headers.set('authorization', 'Bearer ' + token) });
  const me = await client.GET('/auth/me');
  if (me.error) throw new Error(me.error.code);
  if (me.data.session.id !== session.id || me.data.user.id !== user.id) throw new Error('somebody else');
  await client.PATCH('/auth/me', { body: { company: 'Initech', seats: null } });
  await client.DELETE('/auth/sessions/{id}', { params: { path: { id: session.id } } });
  const again = await client.GET('/auth/me');
  const code: 'USERS_UNAUTHENTICATED' | 'USERS_STEP_NEEDED' | 'USERS_UNAVAILABLE' | undefined = again.error?.code;
  return { username: me.data.user.username, company: me.data.user.company, can: me.data.permissions.length, again: code };
}
`;

const RUN = `
const [url, password] = process.argv.slice(1);
console.log(JSON.stringify(await signUp(url, password)));
`;

describe('a client generated from the document', () => {
  let host: HostApp;
  let client: GeneratedClient;

  beforeAll(async () => {
    host = await describedApp();
    client = await GeneratedClient.of(documentOf(host.app));
  });
  afterAll(async () => {
    await client.remove();
    await host.close();
  });

  it('compiles', async () => expect(await client.faultsOf(PROGRAM)).toEqual([]), 120_000);

  it('refuses to compile what the document does not know', async () => {
    const lines = [
      "await client.POST('/auth/login', { body: { login: 'eve' } });",
      "await client.POST('/auth/login', { body: { login: 'eve', password: 'p', transport: 'query' } });",
      "await client.GET('/auth/whoami');",
      "(await client.GET('/auth/me')).data?.user.stripeId;",
    ];
    const head = [
      "import createClient from 'openapi-fetch'; import type { paths } from './paths.js';",
      'const client = createClient<paths>();',
    ];
    const faults = await client.faultsOf([...head, ...lines].join('\n'));
    expect(faults).toHaveLength(lines.length);
    expect(faults.join()).toMatch(/password.*query.*TS2554.*stripeId/s);
  }, 120_000);

  it('registers, signs in by bearer and reads who it is', async () => {
    const script = GeneratedClient.emit(PROGRAM) + RUN;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script, host.url, PASSWORD], {
      cwd: ROOT,
    });
    expect(JSON.parse(stdout)).toEqual({ username: 'eve', company: 'ACME', can: 0, again: 'USERS_UNAUTHENTICATED' });
    expect(await host.users.findOrFail({ username: 'eve' })).toMatchObject({ company: 'Initech' });
  });
});
