// `npm run bench`: what the guard costs. A guarded route, an unguarded one, one whose guard does nothing, and one that asks the database as a
// guard is usually written, of one app, in turn, under the same load; only the ratios count. `-- --quick` for shorter rounds; `-- fastify postgres` for some alone.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { openDatabase } from './databases.mjs';
import { stopwatch } from './elapsed.mjs';
import { bearers, LOADER, loadOf, pin } from './load.mjs';
import { median, spreadOf } from './median.mjs';
import { serve, underLoad } from './serve.mjs';

const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const isQuick = process.argv.includes('--quick');
const ROUNDS = isQuick ? 5 : 7;
const SECONDS = isQuick ? 2 : 6;
const CONNECTIONS = 32;
const COUNTED = 50;
const PATHS = ['open', 'floor', 'guarded', 'by-query'];
/** `target`: guarded / unguarded; `byQuery`: guarded / one `dataSource.query` for each request. */
const AIMS = [
  { figure: 'P1', framework: 'fastify', engine: 'sqlite', target: 0.7 },
  { figure: 'P2', framework: 'fastify', engine: 'postgres', target: 0.42, byQuery: 2.2 },
  { figure: 'P3', framework: 'fastify', engine: 'mariadb', target: 0.47, byQuery: 2.2 },
  { figure: 'P4', framework: 'express', engine: 'sqlite', target: 0.82 },
  { figure: 'P4', framework: 'express', engine: 'postgres', target: 0.82 },
  { figure: 'P4', framework: 'express', engine: 'mariadb', target: 0.82 },
].filter(({ framework, engine }) => wanted.every((word) => word === framework || word === engine));

const ratio = (rounds, over, under) => spreadOf(rounds.map((round) => round[over].rate / round[under].rate));
const met = (yes) => (yes ? 'met' : 'missed');

/** P16 and P17: how many statements the database sees, request by request; not those that write last uses behind, once a minute. */
async function count(server, path, headers) {
  const before = await server.ask('count');
  for (let asked = 0; asked < COUNTED; asked += 1) await (await fetch(`${server.url}/${path}`, { headers })).text();
  return ((await server.ask('count')).asked - before.asked) / COUNTED;
}

async function countAll(server, { framework, engine }) {
  // What the load has left under way when it hung up is over by then.
  await new Promise((resolve) => setTimeout(resolve, 500));
  const headers = { authorization: `Bearer ${server.tokens[0]}` };
  const row = (figure, what, measured, target) => ({ figure, what, framework, engine, target, measured, verdict: met(measured <= target) });
  return [
    row('P16', 'statements, public route', await count(server, 'open', headers), 0),
    row('P16', 'statements, guarded route, no token', await count(server, 'guarded', {}), 0),
    row('P17', 'statements, guarded request', await count(server, 'guarded', headers), 1),
  ];
}

async function measure(aim) {
  const { engine, framework, figure, target, byQuery } = aim;
  const { env, drop } = await openDatabase(engine);
  let stop = async () => undefined;
  try {
    const server = await serve(framework, engine, env);
    stop = server.stop;
    // One load for all four: what the header costs, to send, to read and to parse, is on both sides of each ratio.
    const load = loadOf(bearers(server.tokens), CONNECTIONS);
    const ask = (path, seconds) => underLoad(server, (time) => load(`${server.url}/${path}`, time), seconds);
    for (const path of PATHS) await ask(path, 3);
    const rounds = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const found = {};
      for (const path of PATHS) found[path] = await ask(path, SECONDS);
      rounds.push(found);
    }
    const medians = (what) => Object.fromEntries(PATHS.map((path) => [path, median(rounds.map((one) => one[path][what]))]));
    const [rates, costs] = [medians('rate'), medians('cost')];
    const row = (what, goal, found) => ({
      figure,
      what,
      framework,
      engine,
      target: goal,
      ...found,
      rates,
      costs,
      verdict: met(found.measured >= goal),
    });
    return [
      row('guarded / unguarded', target, ratio(rounds, 'guarded', 'open')),
      ...(byQuery === undefined ? [] : [row('guarded / one query each', byQuery, ratio(rounds, 'guarded', 'by-query'))]),
      ...(await countAll(server, aim)),
    ];
  } finally {
    await stop();
    await drop();
  }
}

function line({ figure, what = '', framework, engine, target, measured, lowest, highest, rates, costs, verdict }) {
  const name = `${figure.padEnd(4)}${what.padEnd(37)}${framework.padEnd(8)} ${engine.padEnd(9)}`;
  if (measured === undefined) return `${name} ${verdict}`;
  if (rates === undefined) return `${name} <= ${target}     ${measured}  ${verdict}`;
  const others = `empty guard ${Math.round(rates.floor)}, by query ${Math.round(rates['by-query'])}`;
  const requests = `${Math.round(rates.guarded)} of ${Math.round(rates.open)} a second, ${others}`;
  const time = `${Math.round(costs.guarded)} and ${Math.round(costs.open)} us`;
  return `${name} >= ${target.toFixed(2)}  ${measured.toFixed(2)} (${lowest.toFixed(2)} to ${highest.toFixed(2)})  ${requests}, ${time}  ${verdict}`;
}

pin(process.pid, 1);
const end = stopwatch('guard');
const rows = [];
for (const aim of AIMS) {
  const measured = await measure(aim).catch((error) => [{ ...aim, verdict: `not run: ${error.message}` }]);
  rows.push(...measured);
  for (const row of measured) console.log(line(row));
}

const machine = { node: process.version, cores: cpus().length, cpu: cpus()[0]?.model ?? 'unknown', load: LOADER };
mkdirSync(new URL('results', import.meta.url), { recursive: true });
// Some rows alone are for looking; the file holds whole runs.
if (wanted.length === 0)
  writeFileSync(
    new URL('results/guard.json', import.meta.url),
    `${JSON.stringify({ machine, connections: CONNECTIONS, seconds: SECONDS, rounds: ROUNDS, rows }, null, 2)}\n`,
  );
end();

// The competitors install themselves; without the registry their rows say so.
if (wanted.length === 0) {
  await import('./competitors/run.mjs');
  await import('./volume/run.mjs');
  await import('./nodes/run.mjs');
  await import('./collect.mjs');
  for (const file of ['chart.mjs', 'report.mjs', 'sizing.mjs'])
    spawnSync(process.execPath, [fileURLToPath(new URL(file, import.meta.url))], { stdio: 'inherit' });
}
