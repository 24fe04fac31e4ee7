// The rows P6, P7 and P8 of `npm run bench`: our guarded route and a competitor's in turn, under the same load. Alone: `node bench/competitors/run.mjs`.
import { fork, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { stopwatch } from '../elapsed.mjs';
import { bearers, LOADER, loadOf, pin } from '../load.mjs';
import { median, spreadOf } from '../median.mjs';

const ROUNDS = 3;
const SECONDS = process.argv.includes('--quick') ? 3 : 8;
const CONNECTIONS = 32;
const CREDENTIALS = 200;
const HERE = fileURLToPath(new URL('.', import.meta.url));
const AIMS = [
  { figure: 'P6', framework: 'fastify', competitor: 'jwt', what: '@nestjs/jwt, string secret', target: 10 },
  { figure: 'P6', framework: 'express', competitor: 'jwt', what: '@nestjs/jwt, string secret', target: 4 },
  { figure: 'P6', framework: 'fastify', competitor: 'jwt', args: ['key'], what: '@nestjs/jwt, KeyObject', target: null },
  { figure: 'P6', framework: 'express', competitor: 'jwt', args: ['key'], what: '@nestjs/jwt, KeyObject', target: null },
  { figure: 'P7', framework: 'express', competitor: 'better-auth', what: 'better-auth', target: 4 },
  { figure: 'P8', framework: 'express', competitor: 'express-session', what: 'express-session, connect-typeorm, passport', target: 3.5 },
  { figure: '-', framework: 'fastify', competitor: 'bare', what: 'no guard at all', target: null },
  { figure: '-', framework: 'express', competitor: 'bare', what: 'no guard at all', target: null },
];

async function start(file, args) {
  const child = fork(new URL(file, import.meta.url), args, { env: { ...process.env, NODE_ENV: 'production' } });
  pin(child.pid, 0);
  const told = await new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)));
  });
  return {
    url: told.url,
    headers: told.headers ?? bearers(told.tokens),
    stop: () => new Promise((resolve) => (child.once('exit', resolve), child.send('stop'))),
  };
}

async function measure({ framework, competitor, args = [], target }) {
  const servers = [];
  try {
    for (const [file, more] of [
      ['../server.mjs', ['sqlite']],
      [`${competitor}.mjs`, [String(CREDENTIALS), ...args]],
    ])
      servers.push(await start(file, [framework, ...more]));
    const [ours, theirs] = servers;
    const [loadOurs, loadTheirs] = [ours.headers.slice(0, CREDENTIALS), theirs.headers].map((headers) => loadOf(headers, CONNECTIONS));
    const rate = {
      ours: (seconds) => loadOurs(`${ours.url}/guarded`, seconds),
      theirs: (seconds) => loadTheirs(`${theirs.url}/me`, seconds),
    };
    await rate.ours(2);
    await rate.theirs(2);
    const rounds = [];
    for (let round = 0; round < ROUNDS; round += 1) rounds.push({ theirs: await rate.theirs(SECONDS), ours: await rate.ours(SECONDS) });
    const found = spreadOf(rounds.map(({ ours: our, theirs: their }) => our / their));
    return {
      ...found,
      ours: median(rounds.map(({ ours: our }) => our)),
      theirs: median(rounds.map(({ theirs: their }) => their)),
      verdict: target === null ? 'no target' : found.measured >= target ? 'met' : 'missed',
    };
  } finally {
    for (const { stop } of servers) await stop();
  }
}

function line({ figure, framework, what, target, measured, lowest, highest, ours, theirs, verdict }) {
  const name = `${figure.padEnd(2)} ours / ${what}, ${framework}, sqlite`.padEnd(66);
  if (measured === undefined) return `${name} ${verdict}`;
  const aim = target === null ? '      ' : `>= ${target.toFixed(1)}`.padEnd(6);
  return `${name} ${aim}  ${measured.toFixed(2)} (${lowest.toFixed(2)} to ${highest.toFixed(2)})  ${Math.round(ours)} / ${Math.round(theirs)} req/s  ${verdict}`;
}

if (!existsSync(`${HERE}node_modules`)) spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: HERE, stdio: 'inherit' });
pin(process.pid, 1);
const end = stopwatch('competitors');
const rows = [];
for (const aim of AIMS) {
  const row = { ...aim, ...(await measure(aim).catch((error) => ({ verdict: `not run: ${error.message}` }))) };
  rows.push(row);
  console.log(line(row));
}
const machine = { node: process.version, cores: cpus().length, cpu: cpus()[0]?.model ?? 'unknown', load: LOADER };
mkdirSync(new URL('../results', import.meta.url), { recursive: true });
const result = { machine, connections: CONNECTIONS, seconds: SECONDS, credentials: CREDENTIALS, rows };
writeFileSync(new URL('../results/competitors.json', import.meta.url), `${JSON.stringify(result, null, 2)}\n`);
end();
