// The rows P5 and P15 of `npm run bench`: the cache of sessions, what it spares, and how soon a second node hears of an end. Alone:
// `node bench/nodes/run.mjs`; `-- --quick` for shorter rounds; `-- P15` for some.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { cpus } from 'node:os';
import { openDatabase } from '../databases.mjs';
import { stopwatch } from '../elapsed.mjs';
import { ownFolder, removeFolder } from '../folder.mjs';
import { bearers, loadOf, pin } from '../load.mjs';
import { median, spreadOf } from '../median.mjs';
import { findRedisServer } from '../../test/redis/redis-server.mjs';

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const isQuick = process.argv.includes('--quick');
const { ROUNDS, SECONDS, ENDS } = isQuick ? { ROUNDS: 5, SECONDS: 2, ENDS: 300 } : { ROUNDS: 7, SECONDS: 6, ENDS: 1_000 };
const CONNECTIONS = 32;
const TOKENS = 1_000;
/** `sessions.cache.lifetime` by default, in milliseconds. */
const LIFETIME = 5_000;

const AIMS = [
  ...['sqlite', 'postgres', 'mariadb'].map((engine) => ({ figure: 'P5', engine, run: spared })),
  { figure: 'P15', engine: 'postgres', run: heard },
].filter(({ figure, engine }) => words.every((word) => word === figure || word === engine));

/** A node in a process of its own. */
async function start(engine, env, core) {
  const child = fork(new URL('node.mjs', import.meta.url), [engine], { env: { ...process.env, NODE_ENV: 'production', ...env } });
  let fail = () => undefined;
  child.once('exit', (code) => fail(new Error(`the node ended with ${code}`)));
  const answer = () =>
    new Promise((resolve, reject) => {
      fail = reject;
      child.once('message', resolve);
    });
  const { url } = await answer();
  pin(child.pid, core);
  const order = async (name, more = {}) => {
    child.send({ order: name, ...more });
    return (await answer()).found;
  };
  const stop = () => new Promise((resolve) => (child.once('exit', resolve), child.send({ order: 'stop' })));
  return { url, order, stop };
}

/** P5: the guarded route and the unguarded one, in turn. */
async function spared({ engine, env, later }) {
  const node = await start(engine, env, 0);
  later(node.stop);
  const opened = await node.order('open', { count: TOKENS, name: 'bench' });
  const loads = {
    open: loadOf(null, CONNECTIONS),
    guarded: loadOf(bearers(opened.map(({ token }) => token)), CONNECTIONS),
  };
  const rounds = [];
  for (let round = -1; round < ROUNDS; round += 1) {
    const rates = {};
    for (const path of Object.keys(loads)) rates[path] = await loads[path](`${node.url}/${path}`, round < 0 ? 3 : SECONDS);
    if (round >= 0) rounds.push(rates);
  }
  const ratios = rounds.map(({ guarded, open }) => guarded / open);
  const rates = { open: median(rounds.map(({ open }) => open)), guarded: median(rounds.map(({ guarded }) => guarded)) };
  return [{ what: 'guarded / unguarded, cache on', atLeast: 0.8, ...spreadOf(ratios), rates }];
}

/** P15: from the end on one node to 401 on the other; with Redis, with a dead one, and with one that hangs. */
async function heard({ engine, env, later }) {
  const redis = await ownRedis();
  later(redis.remove);
  const nodes = [];
  for (let index = 0; index < 2; index += 1) {
    const node = await start(engine, { ...env, BENCH_REDIS: redis.url }, 0);
    later(node.stop);
    nodes.push(node);
  }
  const [one, other] = nodes;
  for (const node of nodes) await node.order('listening');
  const opened = await one.order('open', { count: ENDS, name: 'alive' });
  const times = [];
  for (const session of opened) times.push(await endAndAsk(one, other, session));
  const more = await one.order('open', { count: 40, name: 'dead' });
  for (const session of more) await remember(other, session);
  redis.hang();
  const hanging = [];
  for (const session of more.slice(0, 20)) hanging.push(endAndAsk(one, other, session, false));
  const longest = Math.max(...(await Promise.all(hanging)));
  redis.goOn();
  for (const node of nodes) await node.order('listening');
  for (const session of more.slice(20)) await remember(other, session);
  await redis.kill();
  const dead = [];
  for (const session of more.slice(20)) dead.push(await endAndAsk(one, other, session, false));
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
  const what = 'from an end on one node to 401 on the other';
  return [
    { what: `${what}, p99, ms`, atMost: 50, measured: at(0.99), detail: `median ${at(0.5).toFixed(1)} of ${times.length} ends` },
    { what: `${what} while Redis is dead, longest, ms`, atMost: LIFETIME, measured: Math.max(...dead), detail: `${dead.length} ends` },
    { what: `${what} while Redis hangs, longest, ms`, atMost: LIFETIME, measured: longest, detail: `${hanging.length} ends` },
  ];
}

const statusAt = async ({ url }, { token }) => {
  const answer = await fetch(`${url}/guarded`, { headers: { authorization: `Bearer ${token}` } });
  await answer.text();
  return answer.status;
};

/** Twice: the second time from memory. */
async function remember(node, session) {
  for (let asked = 0; asked < 2; asked += 1) {
    const status = await statusAt(node, session);
    if (status !== 200) throw new Error(`a good session was answered ${status}`);
  }
}

/** @returns milliseconds; the answer itself takes about one of them. */
async function endAndAsk(one, other, session, isFresh = true) {
  if (isFresh) await remember(other, session);
  await turn(() => one.order('end', session));
  const since = performance.now();
  while ((await statusAt(other, session)) !== 401) if (performance.now() - since > 60_000) throw new Error('an ended session lives on');
  return performance.now() - since;
}

/** Orders of one node go one after another: each answer is the next one's. */
let last = Promise.resolve();
const turn = (task) => (last = last.then(task));

async function ownRedis() {
  const program = findRedisServer();
  if (program === null) throw new Error('there is no redis-server');
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  const folder = ownFolder('bench-redis-');
  const child = spawn(program, ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''], { stdio: 'ignore' });
  const gone = once(child, 'exit');
  const kill = () => (child.kill('SIGKILL'), gone);
  const remove = async () => {
    await kill();
    removeFolder(folder);
  };
  return { url: `redis://127.0.0.1:${port}`, hang: () => child.kill('SIGSTOP'), goOn: () => child.kill('SIGCONT'), kill, remove };
}

async function measure({ figure, engine, run }) {
  const closers = [];
  try {
    const { env, drop } = await openDatabase(engine);
    closers.push(drop);
    const rows = await run({ engine, env, later: (close) => closers.push(close) });
    return rows.map((row) => ({ figure, engine, framework: 'fastify', ...row, verdict: verdictOf(row) }));
  } catch (error) {
    return [{ figure, engine, verdict: `not run: ${error.message}` }];
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

const verdictOf = ({ measured, atMost = Infinity, atLeast = 0 }) => (measured <= atMost && measured >= atLeast ? 'met' : 'missed');

function line({ figure, engine, what = '', atLeast, atMost, measured, lowest, highest, rates, detail, verdict }) {
  if (measured === undefined) return `${figure.padEnd(4)}${engine.padEnd(9)} ${verdict}`;
  const target = atMost === undefined ? `>= ${atLeast}` : `<= ${atMost}`;
  const spread = lowest === undefined ? '' : ` (${lowest.toFixed(2)} to ${highest.toFixed(2)})`;
  const more = detail ?? `${Math.round(rates.guarded)} of ${Math.round(rates.open)} a second`;
  return `${figure.padEnd(4)}${what.padEnd(80)}${engine.padEnd(9)} ${target.padEnd(8)} ${measured.toFixed(2)}${spread}  ${verdict}  (${more})`;
}

pin(process.pid, 1);
const end = stopwatch('nodes');
const rows = [];
for (const aim of AIMS) {
  const measured = await measure(aim);
  rows.push(...measured);
  for (const row of measured) console.log(line(row));
}

// Some rows alone are for looking; the file holds whole runs.
if (words.length === 0) {
  const machine = { node: process.version, cores: cpus().length, cpu: cpus()[0]?.model ?? 'unknown' };
  mkdirSync(new URL('../results', import.meta.url), { recursive: true });
  const settings = { connections: CONNECTIONS, seconds: SECONDS, rounds: ROUNDS, lifetime: LIFETIME };
  writeFileSync(new URL('../results/nodes.json', import.meta.url), `${JSON.stringify({ machine, ...settings, rows }, null, 2)}\n`);
}
end();
