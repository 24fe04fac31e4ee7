// The load: wrk where the machine has it, since it is dearer to serve than to ask; autocannon otherwise, which may be the slower end itself.
import { execFile, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import autocannon from 'autocannon';
import { ownFolder } from './folder.mjs';

const run = promisify(execFile);
const hasWrk = spawnSync('wrk', ['-v']).error === undefined;
const canPin = cpus().length >= 2 && spawnSync('taskset', ['-V']).error === undefined;

export const LOADER = hasWrk ? 'wrk' : 'autocannon';

/** Server and load on different cores where the machine has two and can pin; all threads of the process, those of the collector too. */
export function pin(pid, core) {
  if (canPin) spawnSync('taskset', ['-acp', String(core), String(pid)]);
}

/** Undoes {@link pin}, also for what is forked from now on. */
export function unpin(pid) {
  if (canPin) spawnSync('taskset', ['-acp', `0-${cpus().length - 1}`, String(pid)]);
}

export const bearers = (tokens) => tokens.map((token) => ({ authorization: `Bearer ${token}` }));

/** What asks `url` with one credential (an object of headers) after another, or with none. */
export function loadOf(credentials, connections) {
  if (!hasWrk) return (url, seconds) => byAutocannon(url, { credentials, connections, seconds });
  const script = join(ownFolder(), 'credentials.lua');
  writeFileSync(script, scriptOf(credentials ?? []));
  return (url, seconds) => byWrk(url, { script: credentials === null ? null : script, connections, seconds });
}

/** The requests are written out once: what the load spends on them is taken from nobody. */
const scriptOf = (credentials) => `local requests = {}
local next = 0
init = function()
  for index, headers in ipairs({ ${credentials.map(tableOf).join(', ')} }) do requests[index] = wrk.format('GET', nil, headers) end
end
request = function()
  next = next % #requests + 1
  return requests[next]
end
`;

const tableOf = (headers) => `{ ${Object.entries(headers).map(([name, value]) => `['${name}'] = '${value}'`)} }`;

async function byWrk(url, { script, connections, seconds }) {
  const scripted = script === null ? [] : ['-s', script];
  const arguments_ = ['-t1', `-c${connections}`, `-d${seconds}s`, ...scripted, url];
  const { stdout } = canPin ? await run('taskset', ['-c', '1', 'wrk', ...arguments_]) : await run('wrk', arguments_);
  const rate = Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
  if (/Non-2xx|Socket errors/.test(stdout) || !(rate > 0)) throw new Error(`${url}: ${stdout}`);
  return rate;
}

async function byAutocannon(url, { credentials, connections, seconds }) {
  let next = 0;
  const setupRequest = (request) => ({ ...request, headers: credentials[next++ % credentials.length] });
  const requests = credentials === null ? [{}] : [{ setupRequest }];
  const { requests: rate, non2xx, errors } = await autocannon({ url, connections, duration: seconds, requests });
  if (non2xx + errors > 0) throw new Error(`${url}: ${non2xx} answers that were not 2xx and ${errors} errors`);
  return rate.average;
}
