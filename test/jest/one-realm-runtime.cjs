const { isBuiltin } = require('node:module');
const { pathToFileURL } = require('node:url');
const { SyntheticModule, compileFunction } = require('node:vm');
const { default: Runtime } = require('jest-runtime');

/** What Jest loads anew for each test file: ours, and what it makes itself. */
const OURS = /^(\.|\/|file:|data:|nestjs-users(\/|$)|@jest\/globals$)/;

/** What is replaced below. It is not Jest's public face, so that a new version must say if it has moved. */
const SEAMS = [
  ['esmLoader', 'getContext'],
  ['esmLoader', 'resolveModule'],
  ['executor', 'compile'],
];

/**
 * Loads our modules for each test file as Jest does, but in the worker's own realm, and packages as Node does: once for all files of a worker.
 * Half of the time of a run went into loading Nest, TypeORM and Fastify again for each file, and into code that was never compiled warm.
 */
class OneRealmRuntime extends Runtime {
  packages = new Map();

  constructor(...given) {
    super(...given);
    for (const [part, method] of SEAMS)
      if (typeof this[part]?.[method] !== 'function') throw new Error(`jest-runtime has no ${part}.${method} any more: see test/jest.`);
    const { esmLoader, executor } = this;
    esmLoader.getContext = () => undefined;
    executor.compile = (source, filename) =>
      compileFunction(source, executor.injectedModuleParameters, {
        filename,
        importModuleDynamically: (specifier) => executor.dynamicImport(specifier, filename, undefined, {}),
      });
    const resolve = esmLoader.resolveModule.bind(esmLoader);
    esmLoader.resolveModule = async (specifier, from, context) => {
      const isPackage = !OURS.test(specifier) && !isBuiltin(specifier);
      if (!isPackage || (await this.mockState.shouldMockEsmAsync(from, specifier)).shouldMock) return resolve(specifier, from, context);
      return this.packageAt(await this._resolution.resolveEsmAsync(from, specifier));
    };
  }

  /** Jest would put its own in the place of the process's, which is everybody's here, and leave it there. */
  installGetBuiltinModule() {}

  packageAt(path) {
    if (!this.packages.has(path)) this.packages.set(path, imported(path));
    return this.packages.get(path);
  }
}

/** @returns {Promise<SyntheticModule>} what Node's own import gives, for who links by node:vm. */
async function imported(path) {
  const attributes = path.endsWith('.json') ? { with: { type: 'json' } } : {};
  const namespace = await import(pathToFileURL(path).href, attributes);
  const names = Object.keys(namespace);
  const module = new SyntheticModule(
    names,
    () => {
      for (const name of names) module.setExport(name, namespace[name]);
    },
    { identifier: path },
  );
  await module.link(() => undefined);
  await module.evaluate();
  return module;
}

module.exports = { __esModule: true, default: OneRealmRuntime };
