import { afterEach, describe, expect, it } from '@jest/globals';
import { AsyncLocalStorage } from 'node:async_hooks';
import { readFile } from 'node:fs/promises';
import { constants, runInThisContext } from 'node:vm';
import OneRealmEnvironment from '../../jest/one-realm-environment.mjs';

const LEFT = 'LEFT_BY_A_TEST_FILE';
const listener = (): void => undefined;
const nextFile = (): OneRealmEnvironment => new OneRealmEnvironment({ projectConfig: { fakeTimers: {} } });

describe('a test file', () => {
  it('runs in the realm of Node itself', async () => {
    expect(runInThisContext('Array')).toBe(Array);
    expect(await readFile('/nowhere/at/all').catch((error: unknown) => error)).toBeInstanceOf(Error);
  });

  it('meets each package as the process has it', async () => {
    const natively = process.getBuiltinModule('node:module').createRequire(import.meta.url);
    expect((await import('typeorm')).DataSource).toBe((natively('typeorm') as { DataSource: unknown }).DataSource);
  });

  it('has our modules for itself', async () => {
    const path = new URL('../../jest/one-realm-environment.mjs', import.meta.url).href;
    const natively = runInThisContext(`(path) => import(path)`, { importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER }) as (
      path: string,
    ) => Promise<{ default: unknown }>;
    expect((await natively(path)).default).not.toBe(OneRealmEnvironment);
  });
});

describe('what a test file leaves in its realm', () => {
  afterEach(() => {
    Reflect.deleteProperty(process.env, LEFT);
    Reflect.deleteProperty(globalThis, LEFT);
    process.removeListener('SIGUSR2', listener);
  });

  it('goes with it: globals, variables of the environment, listeners, what it has replaced', async () => {
    process.env['BEFORE'] = 'as it was';
    const [{ exit }, { console: before }] = [process, globalThis];
    const file = nextFile();
    Reflect.set(globalThis, LEFT, true);
    globalThis.console = { ...before };
    process.exit = () => undefined as never;
    process.env[LEFT] = '1';
    process.env['BEFORE'] = 'changed';
    process.on('SIGUSR2', listener);
    await file.teardown();
    expect(Reflect.has(globalThis, LEFT)).toBe(false);
    expect(process.env[LEFT]).toBeUndefined();
    expect(process.env['BEFORE']).toBe('as it was');
    expect(process.listeners('SIGUSR2')).toEqual([]);
    expect([globalThis.console, process.exit]).toEqual([before, exit]);
    delete process.env['BEFORE'];
  });

  it('is asked at no further promise: its storages are disabled', async () => {
    const storage = new AsyncLocalStorage<string>();
    const file = nextFile();
    storage.enterWith('of this file');
    expect(storage.getStore()).toBe('of this file');
    await file.teardown();
    expect(storage.getStore()).toBeUndefined();
  });
});
