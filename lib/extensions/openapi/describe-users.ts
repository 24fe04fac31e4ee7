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
    paths[route.path] = { ...item, [route.method]: finish(describedOperation(route, found, operationIdOf(route, there)), around) };
  }
  return { ...document, paths, tags: tagsOf(document, there), components: componentsOf(document, described) };
}

function operationAt(paths: Paths, path: string, method: string): DocumentOperation | undefined {
  return (paths[path] as Record<string, DocumentOperation | undefined> | undefined)?.[method];
}

/** Ours behind the host's, but his words where he has a tag of the same name. */
function tagsOf({ tags = [] }: OpenAPIObject, routes: readonly MountedRoute[]): NonNullable<OpenAPIObject['tags']> {
  const ours = new Map(routes.map((route) => [tagOf(route).name, tagOf(route)]));
  return [...tags, ...[...ours.values()].filter(({ name }) => !tags.some((tag) => tag.name === name))];
}

function componentsOf({ openapi: version, components = {} }: OpenAPIObject, spaces: readonly DescribedSpace[]): Components {
  const schemas = { ...components.schemas } as Record<string, unknown>;
  for (const space of spaces) {
    for (const [name, schema] of Object.entries({ ...answerSchemas(space), ...bodySchemas(space) })) {
      place(schemas, space.prefix + name, finish(schema, { version, prefix: space.prefix }));
    }
  }
  const schemes = Object.assign({}, ...spaces.map(schemesOf), components.securitySchemes) as object;
  return { ...components, schemas, securitySchemes: schemes } as Components;
}

/** Two schemas of one name would make clients that read one thing as the other. */
function place(schemas: Record<string, unknown>, name: string, schema: unknown): void {
  const there = schemas[name];
  if (there !== undefined && JSON.stringify(there) !== JSON.stringify(schema)) {
    throw new TypeError(`The document has a schema "${name}" of yours: give yours another name by @ApiSchema({ name: '...' }).`);
  }
  schemas[name] = schema;
}
