import { HttpAdapterHost, NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { describeUsers } from 'nestjs-users/openapi';
import { AppModule } from './app.module.js';
import type { Settings } from './settings.js';
import { Frame } from './web/frame.js';
import { NotFoundFilter } from './web/not-found.filter.js';
import { servePages } from './web/pages.js';
import { securityHeaders } from './web/security-headers.js';

/** Builds the whole app, listening nowhere yet. */
export async function createApp(settings: Settings, { quiet = false } = {}): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(AppModule.with(settings), {
    abortOnError: false,
    logger: quiet ? ['error', 'fatal'] : ['log', 'warn', 'error', 'fatal'],
  });
  app.enableShutdownHooks();
  app.disable('x-powered-by');
  app.use(securityHeaders);
  const frame = app.get(Frame);
  servePages(app, frame);
  app.useGlobalFilters(new NotFoundFilter(frame.page('not-found'), app.get(HttpAdapterHost).httpAdapter));
  SwaggerModule.setup('docs', app, () =>
    describeUsers(app, SwaggerModule.createDocument(app, new DocumentBuilder().setTitle('Notes').build())),
  );
  return app;
}
