// `node bench/sizing.mjs`: writes the sizing table of docs/guides/multi-node.md from bench/results.json. `npm run bench` does it at the end of a whole run.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PAGE = new URL('../docs/guides/multi-node.md', import.meta.url);
const [BEGIN, END] = ['<!-- sizes: made by bench/sizing.mjs -->', '<!-- end of the sizes -->'];

/** What nobody can measure for somebody else; the page says so. */
const ASSUMED = {
  devices: 3,
  /** As docs/schema.md measures it and says to plan. */
  sessionBytes: 800,
  loginEveryDays: 10,
  peak: 5,
  /** Of what a process was measured at. */
  share: 0.5,
};
const DAY = 86_400;
const CASES = [4, 5, 6, 7, 8].map((power) => ({ users: 10 ** power, requests: 10 ** (power - 3) }));

const NOT_MEASURED = 'not measured';
const spaced = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ' ');
const rounded = (number) => (number >= 10 ? spaced(Math.round(number)) : String(Math.max(0.1, Math.round(number * 10) / 10)));

function found(results, part, matching) {
  return results[part]?.rows.find((row) => Object.entries(matching).every(([name, value]) => row[name] === value));
}

/** Log-ins a second of one core: as many cores hash as hashes run at once, or all where the row does not say. */
function loginsIn(results, part) {
  const { detail = '', hashes = results[part]?.machine.cores } = found(results, part, { figure: 'P9', engine: 'postgres' }) ?? {};
  const rate = /^([\d.]+) of /.exec(detail)?.[1];
  return rate === undefined || hashes === undefined ? undefined : Number(rate) / hashes;
}

/** What one process answers in a second, one primary looks up, and one core hashes. */
export function measuredIn(results) {
  const strict = found(results, 'guard', { figure: 'P2', engine: 'postgres', framework: 'fastify' })?.rates?.guarded;
  const cached = found(results, 'nodes', { figure: 'P5', engine: 'postgres' })?.rates?.guarded;
  return { strict, cached, logins: loginsIn(results, 'volume-full') ?? loginsIn(results, 'volume') };
}

function bytes(count) {
  const units = ['MB', 'GB', 'TB'];
  const power = Math.min(2, Math.max(0, Math.floor(Math.log10(count) / 3) - 2));
  return `${rounded(count / 1e6 / 1e3 ** power)} ${units[power]}`;
}

function rowOf({ users, requests }, { strict, cached, logins }) {
  const processes = (rate) => (rate === undefined ? NOT_MEASURED : spaced(Math.ceil(requests / (rate * ASSUMED.share))));
  const peak = (users / (ASSUMED.loginEveryDays * DAY)) * ASSUMED.peak;
  return [
    spaced(users),
    spaced(requests),
    processes(strict),
    processes(cached),
    strict === undefined ? NOT_MEASURED : `${(requests / strict).toFixed(requests < strict / 10 ? 3 : 1)} ×`,
    rounded(peak),
    logins === undefined ? NOT_MEASURED : spaced(Math.ceil(peak / logins)),
    bytes(users * ASSUMED.devices * ASSUMED.sessionBytes),
  ];
}

const HEAD = [
  'users',
  'guarded requests a second',
  'processes, strict',
  'processes, all from the cache',
  'look-ups, of what one primary was measured at',
  'log-ins a second, at the peak',
  'cores that hash',
  '`auth_sessions`',
];

/** @returns the table, as Markdown that no formatter would change, under the figures that it is computed from. */
export function sizingOf(results) {
  const measured = measuredIn(results);
  const said = (number, digits = 0) => (number === undefined ? NOT_MEASURED : spaced(number.toFixed(digits)));
  const basis = `Measured: ${said(measured.strict)} guarded requests a second of one process on PostgreSQL (P2), ${said(measured.cached)} from the cache (P5), ${said(measured.logins, 1)} log-ins a second of one core (P9).`;
  const lines = [HEAD, ...CASES.map((one) => rowOf(one, measured))];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const written = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  const [head, ...body] = lines.map(written);
  return [basis, '', head, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...body].join('\n');
}

/** @returns the page with its table in place of the one that stood there. */
export function pageWith(page, results) {
  const [start, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (start < 0 || end < start) throw new Error(`The page has no place for the sizes, between ${BEGIN} and ${END}.`);
  return `${page.slice(0, start + BEGIN.length)}\n\n${sizingOf(results)}\n\n${page.slice(end)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const results = JSON.parse(readFileSync(new URL('results.json', import.meta.url), 'utf8'));
  writeFileSync(PAGE, pageWith(readFileSync(PAGE, 'utf8'), results));
}
