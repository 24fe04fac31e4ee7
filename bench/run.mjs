// `npm run bench`: what the guard costs. A guarded and an unguarded route of one app in turn, under the same load; only the ratio counts.
// `-- --quick` for shorter rounds.
import { fork, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import autocannon from 'autocannon';
import { openDatabase } from './databases.mjs';

const isQuick = process.argv.includes('--quick');
const ROUNDS = 3;
const SECONDS = isQuick ? 3 : 8;
const CONNECTIONS = 32;
const TARGETS = [
  { figure: 'P1', framework: 'fastify', engine: 'sqlite', target: 0.7 },
  { figure: 'P2', framework: 'fastify', engine: 'postgres', target: 0.42 },
  { figure: 'P3', framework: 'fastify', engine: 'mariadb', target: 0.47 },
  { figure: 'P4', framework: 'express', engine: 'sqlite', target: 0.82 },
  { figure: 'P4', framework: 'express', engine: 'postgres', target: 0.82 },
  { figure: 'P4', framework: 'express', engine: 'mariadb', target: 0.82 },
];

/** Server and load on different cores where the machine has two and can pin. */
function pin(pid, core) {
  if (availableParallelism() >= 2) spawnSync('taskset', ['-cp', String(core), String(pid)]);
}

async function serve(framework, engine, env) {
  const child = fork(new URL('server.mjs', import.meta.url), [framework, engine], {
    env: { ...process.env, NODE_ENV: 'production', ...env },
  });
  pin(child.pid, 0);
  const server = await new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
  return { ...server, stop: () => new Promise((resolve) => (child.once('exit', resolve), child.send('stop'))) };
}

async function requestsPerSecond(url, tokens, seconds) {
  let next = 0;
  const setupRequest = (request) => ({ ...request, headers: { authorization: `Bearer ${tokens[next++ % tokens.length]}` } });
  const requests = tokens === null ? [{}] : [{ setupRequest }];
  const { requests: rate, non2xx, errors } = await autocannon({ url, connections: CONNECTIONS, duration: seconds, requests });
  if (non2xx + errors > 0) throw new Error(`${url}: ${non2xx} answers that were not 2xx and ${errors} errors`);
  return rate.average;
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

async function measure({ figure, framework, engine, target }) {
  const { env, drop } = await openDatabase(engine);
  let stop = async () => undefined;
  try {
    const server = await serve(framework, engine, env);
    const { url, tokens } = server;
    stop = server.stop;
    await requestsPerSecond(`${url}/guarded`, tokens, 2);
    const rounds = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const open = await requestsPerSecond(`${url}/open`, null, SECONDS);
      rounds.push({ open, guarded: await requestsPerSecond(`${url}/guarded`, tokens, SECONDS) });
    }
    const ratios = rounds.map(({ open, guarded }) => guarded / open);
    const row = { figure, framework, engine, target, measured: median(ratios), lowest: Math.min(...ratios), highest: Math.max(...ratios) };
    return {
      ...row,
      open: median(rounds.map(({ open }) => open)),
      guarded: median(rounds.map(({ guarded }) => guarded)),
      verdict: row.measured >= target ? 'met' : 'missed',
    };
  } finally {
    await stop();
    await drop();
  }
}

pin(process.pid, 1);
const rows = [];
for (const aim of TARGETS) {
  const row = await measure(aim).catch((error) => ({ ...aim, verdict: `not run: ${error.message}` }));
  rows.push(row);
  console.log(line(row));
}

function line({ figure, framework, engine, target, measured, lowest, highest, open, guarded, verdict }) {
  const what = `${figure} guarded / unguarded, ${framework}, ${engine}`.padEnd(46);
  if (measured === undefined) return `${what} ${verdict}`;
  const figures = `>= ${target.toFixed(2)}  ${measured.toFixed(2)} (${lowest.toFixed(2)} to ${highest.toFixed(2)})  ${Math.round(guarded)} / ${Math.round(open)} req/s`;
  return `${what} ${figures}  ${verdict}`;
}

const machine = { node: process.version, cores: availableParallelism(), cpu: cpus()[0]?.model ?? 'unknown' };
mkdirSync(new URL('results', import.meta.url), { recursive: true });
writeFileSync(
  new URL('results/guard.json', import.meta.url),
  `${JSON.stringify({ machine, connections: CONNECTIONS, seconds: SECONDS, rows }, null, 2)}\n`,
);
