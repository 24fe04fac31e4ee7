// The rows P9 to P14 of `npm run bench`: log-ins, and tables with many rows. Alone: `node bench/volume/run.mjs`; `-- --quick` for a tenth
// of the rows and less; `-- P13 sqlite` for some. The table names the sizes that it was measured with.
import { fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { openDatabase } from '../databases.mjs';
import { unpin } from '../load.mjs';
import { Probe } from './probe.mjs';

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const isQuick = process.argv.includes('--quick');
const SIZES = isQuick
  ? { seconds: 6, sessions: 200_000, users: 100_000, expired: 50_000 }
  : { seconds: 20, sessions: 10_000_000, users: 1_000_000, expired: 1_000_000 };
const FEW = 10_000;
const SAMPLED = isQuick ? 4_000 : 10_000;

const said = (number) => number.toLocaleString('en').replaceAll(',', ' ');
const MEBIBYTE = 2 ** 20;

/** Each gets an app on an empty database, and gives what it found: `atMost` or `atLeast` is the target. */
const ROWS = [
  ...['sqlite', 'postgres'].map((engine) => ({ figure: 'P9', engine, run: logins })),
  { figure: 'P10', engine: 'sqlite', run: crowd },
  ...['sqlite', 'postgres'].map((engine) => ({ figure: 'P11', engine, run: checks })),
  ...['sqlite', 'postgres'].map((engine) => ({ figure: 'P12', engine, run: pages })),
  ...['sqlite', 'postgres', 'mariadb'].map((engine) => ({ figure: 'P13', engine, run: purge })),
  ...['sqlite', 'postgres'].map((engine) => ({ figure: 'P14', engine, run: stream })),
].filter(({ figure, engine }) => words.every((word) => word === figure || word === engine));

async function logins(app) {
  await app.order('people');
  await app.order('logins', { seconds: 2 });
  const { logins: rate, verifications } = await app.order('logins', { seconds: SIZES.seconds });
  const what = 'log-ins / argon2 verifications, a second each';
  return [{ what, atLeast: 0.95, measured: rate / verifications, detail: `${rate.toFixed(1)} of ${verifications.toFixed(1)}` }];
}

async function crowd(app) {
  const { token, concurrency } = await app.order('people');
  const probe = new Probe(`${app.url}/guarded`, token);
  await probe.warm(1_000);
  const alone = await probe.for(SIZES.seconds * 500);
  await app.order('startFlood');
  await probe.warm(500);
  const [crowded, refused] = [await probe.for(SIZES.seconds * 1_000), await refusedLogin(app)];
  const { longestRead, reads } = await app.order('stopFlood');
  const size = `200 log-ins wait, ${concurrency} run`;
  return [
    { what: 'p99 of a guarded route while log-ins wait / alone', size, atMost: 3, ...ratioOf(crowded, alone) },
    { what: 'longest of the file reads meanwhile, ms', size, atMost: 50, measured: longestRead, detail: `${reads} reads` },
    { what: 'a log-in beyond the queue: 503 with Retry-After', size, atLeast: 1, measured: refused },
  ];
}

/** @returns 1 when one of some log-ins was refused as it must be, while the queue is full. */
async function refusedLogin({ url, login }) {
  for (let tries = 0; tries < 20; tries += 1) {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}${login.path}`, { method: 'POST', headers, body: JSON.stringify(login.body) });
    await answer.text();
    if (answer.status === 503 && /^[1-9]\d*$/.test(answer.headers.get('retry-after') ?? '')) return 1;
  }
  return 0;
}

async function checks(app) {
  const { tokens: few } = await app.order('fillSessions', { count: FEW });
  // The first checks of a process are slower, whatever they find.
  for (let round = 0; round < 4; round += 1) await app.order('check', { tokens: few });
  const small = await app.order('check', { tokens: few });
  const { tokens } = await app.order('fillSessions', { count: SIZES.sessions - FEW });
  const large = await app.order('check', { tokens });
  const detail = `${large.median.toFixed(3)} ms and ${small.median.toFixed(3)} ms`;
  const size = `${said(SIZES.sessions)} sessions / ${said(FEW)}`;
  return [{ what: 'one check among many sessions / among few', size, atMost: 1.5, measured: large.median / small.median, detail }];
}

async function pages(app) {
  await app.order('fillUsers', { count: SIZES.users });
  const { first, last, depth } = await app.order('pages', { turns: 200, limit: 50 });
  const detail = `${last.toFixed(2)} ms and ${first.toFixed(2)} ms`;
  return [{ what: 'a page of users at the end / the first', size: `depth ${said(depth)}`, atMost: 1.5, measured: last / first, detail }];
}

async function purge(app) {
  const { token } = await app.order('people');
  await app.order('fillSessions', { count: SIZES.expired, over: true });
  const probe = new Probe(`${app.url}/guarded`, token);
  await probe.warm(1_000);
  const alone = await probe.for(SAMPLED);
  const [crowded, { purged, took }] = await probe.during(app.order('purge'));
  if (purged !== SIZES.expired) throw new Error(`${purged} sessions were purged, not ${SIZES.expired}`);
  const size = `${said(SIZES.expired)} expired sessions in ${(took / 1_000).toFixed(1)} s`;
  return [{ what: 'p99 of a guarded route during a purge / alone', size, atMost: 3, ...ratioOf(crowded, alone) }];
}

async function stream(app) {
  await app.order('fillUsers', { count: SIZES.users });
  const { seen, before, most } = await app.order('stream');
  if (seen !== SIZES.users) throw new Error(`${seen} users were streamed, not ${SIZES.users}`);
  const detail = `${Math.round(most / MEBIBYTE)} MiB after ${Math.round(before / MEBIBYTE)}`;
  const what = 'resident memory more while streaming users, MiB';
  return [{ what, size: `${said(seen)} users`, atMost: 64, measured: (most - before) / MEBIBYTE, detail }];
}

const ratioOf = (crowded, alone) => ({
  measured: crowded.p99 / alone.p99,
  detail: `${crowded.p99.toFixed(2)} ms of ${crowded.count} and ${alone.p99.toFixed(2)} ms of ${alone.count}`,
});

/** The app in a process of its own, to be ordered about. */
async function start(engine, env) {
  const child = fork(new URL('app.mjs', import.meta.url), [engine], {
    env: { ...process.env, NODE_ENV: 'production', ...env },
    execArgv: ['--expose-gc'],
  });
  const answer = () =>
    new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('exit', (code) => reject(new Error(`the app ended with ${code}`)));
    });
  const told = await answer();
  const order = async (name, more = {}) => {
    child.send({ order: name, ...more });
    const { found, fault } = await answer();
    if (fault !== undefined) throw new Error(fault);
    return found;
  };
  const stop = () => new Promise((resolve) => (child.once('exit', resolve), child.send({ order: 'stop' })));
  return { ...told, order, stop };
}

async function measure({ figure, engine, run }) {
  let [drop, stop] = [async () => undefined, async () => undefined];
  try {
    const database = await openDatabase(engine);
    drop = database.drop;
    const app = await start(engine, database.env);
    stop = app.stop;
    const rows = await run(app);
    return rows.map((row) => ({ figure, engine, framework: 'fastify', ...row, verdict: verdictOf(row) }));
  } catch (error) {
    return [{ figure, engine, verdict: `not run: ${error.message}` }];
  } finally {
    await stop();
    await drop();
  }
}

const verdictOf = ({ measured, atMost = Infinity, atLeast = 0 }) => (measured <= atMost && measured >= atLeast ? 'met' : 'missed');

function line({ figure, engine, what, size, atMost, atLeast, measured, detail, verdict }) {
  if (measured === undefined) return `${figure.padEnd(4)}${engine.padEnd(9)} ${verdict}`;
  const target = atMost === undefined ? `>= ${atLeast}` : `<= ${atMost}`;
  const more = [size, detail].filter((part) => part !== undefined).join('; ');
  return `${figure.padEnd(4)}${what.padEnd(52)}${engine.padEnd(9)} ${target.padEnd(8)} ${measured.toFixed(2).padStart(7)}  ${verdict}  (${more})`;
}

// A log-in is as wide as the machine: nothing is bound to one core here.
unpin(process.pid);
const rows = [];
for (const row of ROWS) {
  const found = await measure(row);
  rows.push(...found);
  for (const one of found) console.log(line(one));
}

// Some rows alone are for looking; the file holds whole runs.
if (words.length === 0) {
  const machine = { node: process.version, cores: cpus().length, cpu: cpus()[0]?.model ?? 'unknown' };
  mkdirSync(new URL('../results', import.meta.url), { recursive: true });
  writeFileSync(new URL('../results/volume.json', import.meta.url), `${JSON.stringify({ machine, sizes: SIZES, rows }, null, 2)}\n`);
}
