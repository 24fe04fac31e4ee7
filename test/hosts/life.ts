import { expect } from '@jest/globals';
import { Controller, Get, UseGuards } from '@nestjs/common';
import { AdminOnly, CurrentUser, SessionGuard } from 'nestjs-users';
import { HttpClient } from '../support/http-client.js';

export const PASSWORD = 'a quiet green harbour';
const NEXT_PASSWORD = 'a louder red mountain';

/** What a host guards. */
@Controller('notes')
@UseGuards(SessionGuard)
export class NotesController {
  @Get()
  mine(@CurrentUser() user: CurrentUser): { of: string | null } {
    return { of: user.username };
  }

  @Get('all')
  @AdminOnly()
  all(): string[] {
    return ['Every note.'];
  }
}

interface Place {
  readonly url: string;
  /** What stands before all paths. */
  readonly prefix?: string;
}

/**
 * A user's life over HTTP, with what must be refused on the way: whatever the host is like, each answer has our status and our code.
 * Codes are looked for in the text: the host may shape the body.
 */
export async function live({ url, prefix = '' }: Place, name = 'ann'): Promise<void> {
  const [ann, stranger] = [new HttpClient(url + prefix), new HttpClient(url + prefix)];
  expect((await stranger.get('/notes')).status).toBe(401);
  expect((await ann.post('/auth/register', { username: name, password: PASSWORD })).status).toBe(201);
  expect((await stranger.post('/auth/register', { username: name.toUpperCase(), password: PASSWORD })).status).toBe(409);
  expect((await stranger.post('/auth/register', { username: `${name}2`, password: 'short' })).status).toBe(400);
  expect((await stranger.post('/auth/login', { login: name, password: 'not that one at all' })).status).toBe(401);
  expect(await ann.post('/auth/login', { login: name, password: PASSWORD })).toMatchObject({
    status: 200,
    body: { user: { username: name } },
  });
  expect(await ann.get('/notes')).toMatchObject({ status: 200, body: { of: name } });
  expect((await ann.get('/notes/all')).status).toBe(403);
  expect(
    (await ann.post('/auth/logout', undefined, { headers: { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' } })).status,
  ).toBe(403);
  const changed = await ann.post('/auth/password/change', { oldPassword: PASSWORD, newPassword: NEXT_PASSWORD });
  expect(changed.status).toBeLessThan(300);
  expect((await ann.get('/auth/session')).status).toBe(200);
  expect((await ann.post('/auth/logout')).status).toBe(204);
  expect((await ann.get('/notes')).status).toBe(401);
  expect((await ann.post('/auth/login', { login: name, password: NEXT_PASSWORD })).status).toBe(200);
}
