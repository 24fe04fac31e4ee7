import { ModernFakeTimers } from '@jest/fake-timers';
import { ModuleMocker } from 'jest-mock';
import { AsyncLocalStorage } from 'node:async_hooks';

/** Every storage that somebody has entered since the last test file. */
const entered = new Set();
for (const name of ['run', 'enterWith']) {
  const own = AsyncLocalStorage.prototype[name];
  AsyncLocalStorage.prototype[name] = function (...given) {
    entered.add(this);
    return own.apply(this, given);
  };
}

/**
 * A test file in the worker's own realm, in place of a context of its own: what packages hold, and what the engine has compiled of them, is
 * there for the next file. What a file leaves in the realm goes with it.
 *
 * A storage that was entered once is asked at every promise of the process until it is disabled (Node 20), and Jest's own makes one per file:
 * without the end of it here the sixtieth file is several times as slow as the first.
 */
export default class OneRealmEnvironment {
  global = globalThis;
  moduleMocker = new ModuleMocker(globalThis);
  fakeTimers = null;
  #before = realm();

  constructor({ projectConfig }) {
    this.fakeTimersModern = new ModernFakeTimers({ config: projectConfig, global: globalThis });
  }

  async setup() {}

  async teardown() {
    this.fakeTimersModern.dispose();
    for (const storage of entered) storage.disable();
    entered.clear();
    const { globals, console, exit, env, listeners } = this.#before;
    // What cannot be deleted is made so on purpose, by `expect`, to be shared.
    for (const key of Reflect.ownKeys(globalThis)) if (!globals.has(key)) Reflect.deleteProperty(globalThis, key);
    globalThis.console = console;
    process.exit = exit;
    for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
    Object.assign(process.env, env);
    for (const event of process.eventNames())
      for (const listener of process.rawListeners(event)) if (!listeners.has(listener)) process.removeListener(event, listener);
  }

  exportConditions() {
    return ['node', 'node-addons'];
  }

  /** The runtime beside this file needs none. */
  getVmContext() {
    return null;
  }
}

function realm() {
  return {
    globals: new Set(Reflect.ownKeys(globalThis)),
    console: globalThis.console,
    exit: process.exit,
    env: { ...process.env },
    listeners: new Set(process.eventNames().flatMap((event) => process.rawListeners(event))),
  };
}
