// A database that is empty at first, what fills it, and the apps over it, each in a process of its own to be ordered about.
import { fork } from 'node:child_process';
import { openDatabase } from '../databases.mjs';
import { elapsed } from '../elapsed.mjs';
import { Filler } from './filler.mjs';

export class Stage {
  #closers = [];

  constructor(engine) {
    this.engine = engine;
  }

  /** Makes the database; throws where the engine does not answer. */
  async open() {
    const { env, drop } = await openDatabase(this.engine);
    this.env = env;
    this.#closers.push(drop);
  }

  /** The first one makes the tables. */
  async start() {
    const app = await start(this.engine, this.env);
    this.#closers.push(app.stop);
    return app;
  }

  /** What fills it does so from outside: no app's memory grows by it. */
  async fill(task) {
    const startedAt = performance.now();
    const value = await Filler.within(this, task);
    console.log(`    filled, ${this.engine}: ${elapsed(performance.now() - startedAt)}`);
    return value;
  }

  async close() {
    for (const close of this.#closers.reverse()) await close();
  }
}

async function start(engine, env) {
  const child = fork(new URL('app.mjs', import.meta.url), [engine], {
    env: { ...process.env, NODE_ENV: 'production', ...env },
    execArgv: ['--expose-gc'],
  });
  let fail = () => undefined;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.once('exit', (code) => fail(new Error(`the app ended with ${code}`)));
  const answer = () =>
    new Promise((resolve, reject) => {
      fail = reject;
      child.once('message', resolve);
    });
  const told = await answer();
  const order = async (name, more = {}) => {
    child.send({ order: name, ...more });
    const { found, fault } = await answer();
    if (fault !== undefined) throw new Error(fault);
    return found;
  };
  const stop = async () => {
    if (child.connected) child.send({ order: 'stop' });
    await gone;
  };
  return { ...told, order, stop };
}
