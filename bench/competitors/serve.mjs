// What all competitors have in common: the two routes, and how a server tells where it is and who may come in.
import { Controller, Get } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { NestFactory } from '@nestjs/core';

export const [framework = 'express', count = '200'] = process.argv.slice(2);
export const CREDENTIALS = Number(count);

/** `GET /me` as the competitor guards it, `GET /open` for everybody. */
export function routes({ guarded = [], open = [] } = {}) {
  class MeController {
    me() {
      return { id: 'somebody' };
    }
    open() {
      return { id: 'somebody' };
    }
  }
  decorate(MeController, 'me', [Get('me'), ...guarded]);
  decorate(MeController, 'open', [Get('open'), ...open]);
  Controller()(MeController);
  return MeController;
}

export function decorate(type, name, decorators) {
  for (const decorator of decorators) decorator(type.prototype, name, Object.getOwnPropertyDescriptor(type.prototype, name));
}

/**
 * Listens, and tells its address and one set of headers for each live credential: to the bench that forked it, or on the console.
 *
 * @param credentials makes them, once the app listens.
 */
export async function serve(App, { settings = {}, configure = () => undefined, credentials = () => [] } = {}) {
  const options = { logger: ['error'], ...settings };
  const app =
    framework === 'fastify' ? await NestFactory.create(App, new FastifyAdapter(), options) : await NestFactory.create(App, options);
  configure(app);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const headers = await credentials({ app, url });
  if (process.send) process.send({ url, headers });
  else console.log(JSON.stringify({ url, headers }));
  process.on('message', async () => {
    await app.close();
    process.exit(0);
  });
}
