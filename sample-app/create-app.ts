import { type INestApplication } from '@nestjs/common';
import { HttpAdapterHost, NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { describeUsers } from 'nestjs-users/openapi';
import { AppModule } from './app.module.js';
import type { Settings } from './settings.js';
import { Frame } from './web/frame.js';
import { NotFoundFilter } from './web/not-found.filter.js';
import { pages } from './web/pages.js';
import { securityHeaders } from './web/security-headers.js';

/** Builds the whole app, listening nowhere yet. */
export async function createApp(settings: Settings, { quiet = false } = {}): Promise<INestApplication> {
  const app = await NestFactory.create(AppModule.with(settings), adapterFor(settings), {
    abortOnError: false,
    logger: quiet ? ['error', 'fatal'] : ['log', 'warn', 'error', 'fatal'],
  });
  app.enableShutdownHooks();
  const frame = app.get(Frame);
  app.use(securityHeaders);
  app.use(pages(frame));
  app.useGlobalFilters(new NotFoundFilter(frame.page('not-found'), app.get(HttpAdapterHost).httpAdapter));
  const describe = () => describeUsers(app, SwaggerModule.createDocument(app, new DocumentBuilder().setTitle('Notes').build()));
  // The document itself is at /docs-json on both frameworks.
  SwaggerModule.setup('docs', app, describe, { ui: settings.apiDocs === '/docs' });
  return app;
}

function adapterFor({ framework }: Settings): ExpressAdapter | FastifyAdapter {
  if (framework === 'fastify') return new FastifyAdapter();
  const adapter = new ExpressAdapter();
  adapter.disable('x-powered-by');
  return adapter;
}
