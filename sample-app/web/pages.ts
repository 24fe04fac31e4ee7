import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Asset, readAssets } from './assets.js';
import type { Frame } from './frame.js';

/** Every page's path and its file. None lies under `/auth` or `/admin`, where the API is. */
const PAGES = {
  '/': 'start',
  '/setup': 'setup',
  '/register': 'register',
  '/check-mail': 'check-mail',
  '/confirm': 'confirm',
  '/login': 'login',
  '/forgot': 'forgot',
  '/reset': 'reset',
  '/invitation': 'invitation',
  '/app': 'app',
  '/account': 'account',
  '/account/password': 'account-password',
  '/account/devices': 'account-devices',
  '/account/devices/:id': 'account-device',
  '/account/keys': 'account-keys',
  '/account/activity': 'account-activity',
  '/account/data': 'account-data',
  '/manage': 'manage',
  '/manage/devices': 'manage-devices',
  '/manage/activity': 'manage-activity',
  '/manage/everyone': 'manage-everyone',
  '/manage/notes': 'manage-notes',
  '/manage/users/new': 'manage-new-user',
  '/manage/users/:id': 'manage-user',
} as const;

type Handler = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/**
 * Serves the pages and their scripts, on Express and on Fastify alike: a middleware sees Node's own objects. The pages are clients of the
 * API like any other: nothing about the reader is in them.
 */
export function pages(frame: Frame): Handler {
  const assets = readAssets();
  const all = Object.entries(PAGES).map(([path, name]) => ({ matches: patternOf(path), html: frame.page(name) }));
  return (request, response, next) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return next();
    const path = (request.url ?? '/').replace(/[?#].*$/, '');
    const asset = assets.get(path);
    if (asset !== undefined) return sendAsset(asset, request, response);
    const page = all.find(({ matches }) => matches.test(path));
    if (page === undefined) return next();
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Length': Buffer.byteLength(page.html) });
    response.end(request.method === 'HEAD' ? undefined : page.html);
  };
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replace(/:id/, '[^/]+').replace(/\/$/, '')}/?$`);
}

/** The browser keeps it and asks each time whether it has changed. */
function sendAsset({ type, etag, plain, packed }: Asset, request: IncomingMessage, response: ServerResponse): void {
  const headers = { 'Cache-Control': 'no-cache', ETag: etag, Vary: 'Accept-Encoding' };
  if (request.headers['if-none-match'] === etag) return void response.writeHead(304, headers).end();
  const accepted = String(request.headers['accept-encoding']);
  const [encoding, body] = Object.entries(packed).find(([name]) => accepted.includes(name)) ?? [null, plain];
  response.writeHead(200, {
    ...headers,
    ...(encoding !== null && { 'Content-Encoding': encoding }),
    'Content-Type': type,
    'Content-Length': body.length,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}
