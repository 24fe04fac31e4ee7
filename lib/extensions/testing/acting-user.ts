import type { LoginResult, RegisteredUser } from '../../index.js';

/** A signed-in user as a client shows him. */
export interface ActingUser<U = RegisteredUser> extends LoginResult<U> {
  /** As a program or an app shows it: `{ authorization: 'Bearer ...' }`. */
  readonly headers: { readonly authorization: string };
  /** As a browser over plain HTTP shows it: `session=...`. Changing something with it takes {@link browserHeaders}. */
  readonly cookie: string;
  /** The cookie, and the word by which a browser tells a page of ours from a stranger's. */
  readonly browserHeaders: { readonly cookie: string; readonly 'sec-fetch-site': 'same-origin' };
}

/** @param cookieName with its prefix. */
export function actingUser<U>(login: LoginResult<U>, cookieName: string): ActingUser<U> {
  const cookie = `${cookieName}=${login.token}`;
  return {
    ...login,
    headers: { authorization: `Bearer ${login.token}` },
    cookie,
    browserHeaders: { cookie, 'sec-fetch-site': 'same-origin' },
  };
}
