import {
  type INestApplication,
  type INestApplicationContext,
  Module,
  type ModuleMetadata,
  type NestApplicationOptions,
} from '@nestjs/common';
import { type AbstractHttpAdapter, NestFactory } from '@nestjs/core';

/** The application that the kit serves: what a host's root module and its `main.ts` say. */
export interface UsersTestKitHost extends Pick<ModuleMetadata, 'controllers'> {
  /** The host's own modules, beside the library. @default [] */
  readonly modules?: NonNullable<ModuleMetadata['imports']>;
  /** `new FastifyAdapter()`, or another. @default Express */
  readonly adapter?: AbstractHttpAdapter;
  /** Runs before the application is initialised: pipes, filters, a prefix. */
  readonly configure?: (app: INestApplication) => unknown;
  /** Whether it listens, on a free port of 127.0.0.1 which `app.getUrl()` tells. @default true */
  readonly listen?: boolean;
  /** As for `NestFactory.create()`. @default false */
  readonly logger?: NestApplicationOptions['logger'];
}

/** The root, round the kit and the host's modules. */
@Module({})
class UsersTestKitRoot {}

type Imports = NonNullable<ModuleMetadata['imports']>;

/** The kit alone, without HTTP. */
export function createAlone(imports: Imports): Promise<INestApplicationContext> {
  return NestFactory.createApplicationContext({ module: UsersTestKitRoot, imports }, { logger: false, abortOnError: false });
}

/** A host round the kit, which is not initialised yet. */
export function createHost(
  imports: Imports,
  { modules = [], controllers = [], adapter, logger = false }: UsersTestKitHost,
): Promise<INestApplication> {
  const root = { module: UsersTestKitRoot, imports: [...imports, ...modules], controllers };
  const settings = { logger, abortOnError: false };
  return adapter === undefined ? NestFactory.create(root, settings) : NestFactory.create(root, adapter, settings);
}

export async function openHost(app: INestApplication, { configure, listen = true }: UsersTestKitHost): Promise<void> {
  await configure?.(app);
  await (listen ? app.listen(0, '127.0.0.1') : app.init());
}
