import { type INestApplication, RequestMethod, type Type } from '@nestjs/common';
import { ApiTags, DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { UsersModule } from '../../index.js';
import type { DescribedSpace } from './described-space.js';
import type { Operation } from './operation.js';
import { type DescribedController, OPERATIONS } from './operations.js';

/** Where one of our routes is in a document. */
export interface MountedRoute {
  readonly space: DescribedSpace;
  readonly part: DescribedController['part'];
  readonly operation: Operation;
  readonly path: string;
  readonly method: string;
  /** What tells this place from others of the same route, where the app has versions: `v2`. */
  readonly version: string;
  /** Whether the host gave it an operationId of his own. */
  readonly isNamed: boolean;
}

export interface PathOptions {
  readonly ignoreGlobalPrefix?: boolean;
}

/** Nest's own keys: path and method of a route, on its method. */
const PATH_METADATA = 'path';
const METHOD_METADATA = 'method';
const MARK = 'nestjs-users';

type PathItem = Record<string, Partial<Record<'operationId', string>> & { tags?: string[] }>;

/**
 * Finds our routes under the host's prefix, module paths and versions. Swagger itself is asked where they are: for a moment each mounted
 * class carries a tag that no other has, so that two spaces are not mistaken for one another.
 */
export function mountedRoutes(
  app: INestApplication,
  spaces: readonly DescribedSpace[],
  { ignoreGlobalPrefix = false }: PathOptions,
): MountedRoute[] {
  const mounted = spaces.flatMap((space) => space.controllers.map((type) => ({ space, type })));
  const tags = new Map(mounted.map((entry, index) => [`${MARK}:${index}`, entry]));
  const restore = [...tags].map(([tag, { type }]) => tagged(type, tag));
  try {
    const document = SwaggerModule.createDocument(app, new DocumentBuilder().build(), {
      include: [UsersModule],
      ignoreGlobalPrefix,
      operationIdFactory: (_controller, _method, version) => `${MARK}:${version ?? ''}`,
    });
    return operationsIn(document).flatMap((found) => {
      const entry = found.tags.map((tag) => tags.get(tag)).find((known) => known !== undefined);
      return entry === undefined ? [] : routesOf(entry, found);
    });
  } finally {
    for (const undo of restore) undo();
  }
}

interface FoundOperation {
  readonly path: string;
  readonly method: string;
  readonly operationId: string;
  readonly tags: readonly string[];
}

function operationsIn({ paths }: OpenAPIObject): FoundOperation[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item as PathItem).map(([method, { operationId = '', tags = [] }]) => ({ path, method, operationId, tags })),
  );
}

function routesOf({ space, type }: { space: DescribedSpace; type: Type }, found: FoundOperation): MountedRoute[] {
  const described = OPERATIONS.find(({ controller }) => type.prototype instanceof controller);
  const handler = described && handlerAt(type, found, Object.keys(described.operations));
  const operation = handler === undefined ? undefined : described?.operations[handler];
  if (described === undefined || operation === undefined) return [];
  const { path, method, operationId } = found;
  const isNamed = !operationId.startsWith(`${MARK}:`);
  return [{ space, part: described.part, operation, path, method, version: isNamed ? '' : operationId.slice(MARK.length + 1), isNamed }];
}

/** The handler whose own path a full path ends with; the longest one, since `me` ends `users/me`, too. */
function handlerAt(type: Type, { path, method }: FoundOperation, handlers: readonly string[]): string | undefined {
  const prototype = type.prototype as Record<string, object | undefined>;
  const fitting = handlers
    .map((handler) => ({ handler, ...routeOn(prototype[handler]) }))
    .filter((route) => route.method === method && `${path}/`.endsWith(`/${route.path}/`));
  return fitting.sort((one, other) => other.path.length - one.path.length)[0]?.handler;
}

function routeOn(called: object | undefined): { path: string; method: string } {
  if (called === undefined) return { path: '', method: '' };
  const path = String(Reflect.getMetadata(PATH_METADATA, called)).replace(/^\/|\/$/g, '');
  const method = RequestMethod[Reflect.getMetadata(METHOD_METADATA, called) as RequestMethod] as string | undefined;
  return { path: path.replace(/:(\w+)/g, '{$1}'), method: (method ?? '').toLowerCase() };
}

/** @returns what takes the tag off again. */
function tagged(type: Type, tag: string): () => void {
  const before = new Map((Reflect.getOwnMetadataKeys(type) as unknown[]).map((key) => [key, Reflect.getOwnMetadata(key, type) as unknown]));
  ApiTags(tag)(type);
  return () => {
    for (const key of Reflect.getOwnMetadataKeys(type) as unknown[]) {
      if (before.has(key)) Reflect.defineMetadata(key, before.get(key), type);
      else Reflect.deleteMetadata(key, type);
    }
  };
}
