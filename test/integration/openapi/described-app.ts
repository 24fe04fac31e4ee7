import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, type SwaggerDocumentOptions, SwaggerModule } from '@nestjs/swagger';
import { describeUsers } from 'nestjs-users/openapi';
import { HostApp, type HostOptions } from '../../support/host-app.js';
import { OpenApiUser } from './openapi-user.entity.js';

/** An app with own fields; its tables are made by TypeORM, as in a host's development. */
export function describedApp(options: HostOptions = {}): Promise<HostApp> {
  return HostApp.start({
    listen: 'express',
    routes: true,
    user: OpenApiUser,
    migrate: false,
    // A document is the same on every engine; `synchronize` is refused on MariaDB.
    engine: 'sqlite',
    connection: (database) => ({ ...database, synchronize: true }),
    ...options,
  });
}

export interface DocumentSettings extends SwaggerDocumentOptions {
  readonly version?: string;
}

/** What Swagger makes by itself. */
export function plainDocument(app: INestApplication, { version = '3.0.0', ...options }: DocumentSettings = {}): OpenAPIObject {
  return SwaggerModule.createDocument(app, new DocumentBuilder().setTitle('Notes').setOpenAPIVersion(version).build(), options);
}

export function documentOf(app: INestApplication, settings: DocumentSettings = {}): OpenAPIObject {
  return describeUsers(app, plainDocument(app, settings), settings);
}

/** `POST /auth/login` and so on, sorted. */
export function routesIn({ paths }: OpenAPIObject): string[] {
  return Object.entries(paths)
    .flatMap(([path, item]) => Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`))
    .sort();
}

interface ExpressLayer {
  readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> };
}

/** The routes that Express really has, as a document writes them. */
export function routesMounted(app: INestApplication): string[] {
  const { router } = app.getHttpAdapter().getInstance() as { router: { stack: ExpressLayer[] } };
  return router.stack
    .flatMap(({ route }) =>
      route === undefined ? [] : Object.keys(route.methods).map((method) => `${method.toUpperCase()} ${route.path}`),
    )
    .map((route) => route.replace(/:(\w+)/g, '{$1}'))
    .sort();
}

export interface DocumentOperation {
  readonly operationId: string;
  readonly summary?: string;
  readonly tags: string[];
  readonly security?: object[];
  readonly parameters: { name: string; in: string; required?: boolean }[];
  readonly requestBody?: { required: boolean; content: Record<string, { schema: object }> };
  readonly responses: Record<string, { content?: Record<string, { schema: object }>; headers?: Record<string, { required?: boolean }> }>;
}

export function operationsIn({ paths }: OpenAPIObject): Map<string, DocumentOperation> {
  return new Map(
    Object.entries(paths).flatMap(([path, item]) =>
      Object.entries(item as Record<string, DocumentOperation>).map(
        ([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const,
      ),
    ),
  );
}
