import { fileURLToPath } from 'node:url';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Express } from 'express';
import { FILES, type Frame } from './frame.js';

/** Every page's path and its file. None lies under `/auth` or `/admin`, where the API is. */
const PAGES = {
  '/': 'start',
  '/register': 'register',
  '/check-mail': 'check-mail',
  '/confirm': 'confirm',
  '/login': 'login',
  '/forgot': 'forgot',
  '/reset': 'reset',
  '/app': 'app',
  '/account': 'account',
  '/account/password': 'account-password',
  '/account/devices': 'account-devices',
  '/account/data': 'account-data',
  '/manage': 'manage',
  '/manage/notes': 'manage-notes',
  '/manage/users/:id': 'manage-user',
} as const;

/** Serves the pages and their scripts. They are clients of the API like any other: nothing about the reader is in them. */
export function servePages(app: NestExpressApplication, frame: Frame): void {
  const express: Express = app.getHttpAdapter().getInstance();
  for (const [path, name] of Object.entries(PAGES)) {
    const html = frame.page(name);
    express.get(path, (_request, response) => void response.type('html').send(html));
  }
  app.useStaticAssets(fileURLToPath(new URL('assets/', FILES)), { prefix: '/assets/' });
}
