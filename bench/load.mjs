// The load: wrk where the machine has it, since it is dearer to serve than to ask; autocannon otherwise, which may be the slower end itself.
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import autocannon from 'autocannon';

const run = promisify(execFile);
const hasWrk = spawnSync('wrk', ['-v']).error === undefined;
const canPin = cpus().length >= 2 && spawnSync('taskset', ['-V']).error === undefined;

export const LOADER = hasWrk ? 'wrk' : 'autocannon';

/** Server and load on different cores where the machine has two and can pin; all threads of the process, those of the collector too. */
export function pin(pid, core) {
  if (canPin) spawnSync('taskset', ['-acp', String(core), String(pid)]);
}

/** What asks `url` with one token after another, or with none. */
export function loadOf(tokens, connections) {
  if (!hasWrk) return (url, seconds) => byAutocannon(url, { tokens, connections, seconds });
  const script = join(mkdtempSync(join(tmpdir(), 'bench-')), 'tokens.lua');
  writeFileSync(script, scriptOf(tokens ?? []));
  return (url, seconds) => byWrk(url, { script: tokens === null ? null : script, connections, seconds });
}

const scriptOf = (tokens) => `local tokens = { ${tokens.map((token) => `'Bearer ${token}'`).join(', ')} }
local next = 0
request = function()
  next = next % #tokens + 1
  return wrk.format('GET', nil, { ['Authorization'] = tokens[next] })
end
`;

async function byWrk(url, { script, connections, seconds }) {
  const scripted = script === null ? [] : ['-s', script];
  const arguments_ = ['-t1', `-c${connections}`, `-d${seconds}s`, ...scripted, url];
  const { stdout } = canPin ? await run('taskset', ['-c', '1', 'wrk', ...arguments_]) : await run('wrk', arguments_);
  const rate = Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]);
  if (/Non-2xx|Socket errors/.test(stdout) || !(rate > 0)) throw new Error(`${url}: ${stdout}`);
  return rate;
}

async function byAutocannon(url, { tokens, connections, seconds }) {
  let next = 0;
  const setupRequest = (request) => ({ ...request, headers: { authorization: `Bearer ${tokens[next++ % tokens.length]}` } });
  const requests = tokens === null ? [{}] : [{ setupRequest }];
  const { requests: rate, non2xx, errors } = await autocannon({ url, connections, duration: seconds, requests });
  if (non2xx + errors > 0) throw new Error(`${url}: ${non2xx} answers that were not 2xx and ${errors} errors`);
  return rate.average;
}
