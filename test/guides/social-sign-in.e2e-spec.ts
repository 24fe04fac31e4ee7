import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Module, type Type } from '@nestjs/common';
import { HostApp, PASSWORD } from '../support/host-app.js';
import type { HttpAnswer, HttpClient } from '../support/http-client.js';
import { type Claims, OpenIdProvider } from '../support/openid-provider.js';
import { GuideCode } from './guide-code.js';

const ANN: Claims = { sub: 'ann-at-example', email: 'ann@example.org', email_verified: true, name: 'Ann Example' };

describe('the guide to social sign-in, against a provider that signs', () => {
  let provider: OpenIdProvider;
  let code: GuideCode;
  let host: HostApp;

  beforeAll(async () => {
    provider = await OpenIdProvider.start();
    process.env['EXAMPLE_ISSUER'] = provider.issuer;
    process.env['EXAMPLE_CALLBACK'] = 'http://notes.test/signin/example/callback';
    code = new GuideCode('social-sign-in.md', ['example.provider.ts', 'example.controller.ts']);
    const { ExampleProvider } = await code.import<{ ExampleProvider: Type }>('example.provider.ts');
    const { ExampleController } = await code.import<{ ExampleController: Type }>('example.controller.ts');
    @Module({ controllers: [ExampleController], providers: [ExampleProvider] })
    class Example {}
    host = await HostApp.start({ listen: 'express', routes: true, modules: [Example] });
  }, 60_000);
  afterAll(async () => {
    await host.close();
    await provider.close();
    code.remove();
    delete process.env['EXAMPLE_ISSUER'];
    delete process.env['EXAMPLE_CALLBACK'];
  });
  beforeEach(() => {
    provider.isForging = false;
  });

  /** The provider's side of the dance: where it sends the browser back to. */
  const backFrom = async (left: HttpAnswer): Promise<string> => {
    expect(left.status).toBe(302);
    const answer = await fetch(left.headers.get('location') ?? '', { redirect: 'manual' });
    const { pathname, search } = new URL(answer.headers.get('location') ?? '');
    return `${pathname}${search}`;
  };
  const dance = async (browser: HttpClient, person: Claims): Promise<HttpAnswer> => {
    provider.person = person;
    return browser.get(await backFrom(await browser.get('/signin/example')), { headers: { 'sec-fetch-site': 'cross-site' } });
  };
  const me = async (browser: HttpClient): Promise<unknown> => ((await browser.get('/auth/session')).body as { user: unknown }).user;

  it('[2.13] signs somebody new in, and again', async () => {
    for (let time = 0; time < 2; time += 1) {
      const browser = host.client();
      expect(await dance(browser, ANN)).toMatchObject({ status: 302 });
      expect(await me(browser)).toMatchObject({ email: 'ann@example.org', displayName: 'Ann Example' });
      expect((await browser.get('/auth/social')).body).toMatchObject({ items: [{ provider: 'example', subject: ANN.sub }] });
      expect((await browser.delete('/auth/social/example')).body).toMatchObject({ code: 'USERS_LAST_SIGN_IN' });
    }
    expect(await host.users.count()).toBe(1);
  });

  it('[2.13] links in the session of who signed in lately, in the same browser alone', async () => {
    await host.user('bob', { emailConfirmed: true });
    const bob = host.client();
    await bob.post('/auth/login', { login: 'bob', password: PASSWORD });
    provider.person = { sub: 'bob-at-example', email: 'robert@work.example', email_verified: true };
    const back = await backFrom(await bob.post('/signin/example/link'));
    const eve = host.client();
    await host.user('eve', { emailConfirmed: true });
    await eve.post('/auth/login', { login: 'eve', password: PASSWORD });
    eve.cookies.set('dance', bob.cookies.get('dance') ?? '');
    expect((await eve.get(back)).status).toBe(403);
    const again = await backFrom(await bob.post('/signin/example/link'));
    expect((await bob.get(again)).status).toBe(302);
    expect((await host.users.findBySocial('example', 'bob-at-example'))?.username).toBe('bob');
    expect((await bob.delete('/auth/social/example')).status).toBe(204);
    host.clock.advance('11m');
    expect((await bob.post('/signin/example/link')).body).toMatchObject({ code: 'USERS_REAUTHENTICATION_REQUIRED' });
  });

  it('[2.13] believes no other key, no other state, no other browser and no address that the provider did not verify', async () => {
    provider.isForging = true;
    expect((await dance(host.client(), ANN)).status).toBe(403);
    provider.isForging = false;
    const victim = host.client();
    const back = await backFrom(await victim.get('/signin/example'));
    expect((await victim.get(back.replace(/state=[^&]*/, 'state=other'))).status).toBe(403);
    const browser = host.client();
    expect((await browser.get(back)).status).toBe(403);
    await host.user('dan', { emailConfirmed: true });
    const unproved = await dance(host.client(), { sub: 'eve', email: 'dan@example.org', email_verified: 'true' });
    expect(unproved.body).toMatchObject({ code: 'USERS_INVALID_INPUT', fields: { username: ['USERS_REQUIRED'] } });
    await host.user('kim', { emailConfirmed: false });
    const claimed = await dance(host.client(), { sub: 'kim', email: 'kim@example.org', email_verified: true });
    expect([claimed.status, claimed.body]).toEqual([409, expect.objectContaining({ code: 'USERS_SOCIAL_LINK_REFUSED' })]);
    expect(await me(browser)).toBeNull();
  });

  it('[2.13] answers who is banned as a log-in does', async () => {
    const user = await host.users.findBySocial('example', ANN.sub);
    await host.users.ban(user ?? '');
    const answer = await dance(host.client(), ANN);
    expect([answer.status, answer.body]).toEqual([401, expect.objectContaining({ code: 'USERS_INVALID_CREDENTIALS' })]);
  });
});
