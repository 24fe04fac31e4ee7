// The app of server.mjs in a process of its own, on a core of its own.
import { fork } from 'node:child_process';
import { pin } from './load.mjs';

/** @returns where it listens, its tokens, and what it can be asked. */
export async function serve(framework, engine, env) {
  const child = fork(new URL('server.mjs', import.meta.url), [framework, engine], {
    env: { ...process.env, NODE_ENV: 'production', ...env },
  });
  const ask = (name) =>
    new Promise((resolve, reject) => {
      const gone = (code) => reject(new Error(`the server ended with ${code}`));
      child.once('exit', gone);
      child.once('message', (message) => (child.off('exit', gone), resolve(message)));
      if (name !== undefined) child.send(name);
    });
  const server = await ask();
  pin(child.pid, 0);
  const stop = () => new Promise((resolve) => (child.once('exit', resolve), child.send('stop')));
  return { ...server, ask, stop };
}

/** @returns how many requests a second `load` gets answered, and the processor's time that the server took for each, in microseconds. */
export async function underLoad(server, load, seconds) {
  const before = await server.ask('usage');
  const rate = await load(seconds);
  const after = await server.ask('usage');
  const [user, system] = ['user', 'system'].map((kind) => (after[kind] - before[kind]) / (rate * seconds));
  return { rate, cost: user + system, user, system };
}
