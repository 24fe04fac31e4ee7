import type { INestApplication } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { answerSchemas } from './answer-schemas.js';
import { bodySchemas } from './body-schemas.js';
import { type DescribedSpace, spacesOf } from './described-space.js';
import { describedOperation, type DocumentOperation, operationIdOf, tagOf } from './described-operation.js';
import { type MountedRoute, mountedRoutes, type PathOptions } from './mounted-routes.js';
import { finish } from './schema.js';
import { schemesOf } from './security-schemes.js';

type Components = NonNullable<OpenAPIObject['components']>;
type Paths = OpenAPIObject['paths'];

/**
 * Completes what `SwaggerModule.createDocument()` makes of our routes: bodies and answers with the host's own fields, error codes,
 * parameters, security. What the host himself said about one of them stays; his own routes are left alone.
 *
 * @param document is not changed.
 * @param options those that `createDocument()` got.
 * @returns a new document.
 * @throws TypeError when the document already has another schema of the name of one of ours.
 */
export function describeUsers(app: INestApplication, document: OpenAPIObject, options: PathOptions = {}): OpenAPIObject {
  const spaces = spacesOf(app);
  const there = mountedRoutes(app, spaces, options).filter(({ path, method }) => operationAt(document.paths, path, method) !== undefined);
  const described = spaces.filter((space) => there.some((route) => route.space === space));
  const paths: Paths = { ...document.paths };
  for (const route of there) {
    const item = paths[route.path] ?? {};
    const found = operationAt(paths, route.path, route.method) ?? {};
    const around = { version: document.openapi, prefix: route.space.prefix };
    paths[route.path] = { ...item, [route.method]: finishedOperation(describedOperation(route, found, operationIdOf(route, there)), around) };
  }
  return { ...document, paths, tags: tagsOf(document, there), components: componentsOf(document, described) };
}

function operationAt(paths: Paths, path: string, method: string): DocumentOperation | undefined {
  return (paths[path] as Record<string, DocumentOperation | undefined> | undefined)?.[method];
}
