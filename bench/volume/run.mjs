// The rows P9 to P14 of `npm run bench`: log-ins, and tables with many rows. Alone: `node bench/volume/run.mjs`; `-- --quick` for a tenth
// of the rows; `P13 sqlite` for some, with `--keep` to have them in the place of the same in the file. The table names the sizes that it was measured
// with, and holds both runs where both were made.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { elapsed, stopwatch } from '../elapsed.mjs';
import { unpin } from '../load.mjs';
import { crowd, logins } from './log-ins.mjs';
import { isQuick, SIZES } from './sizes.mjs';
import { Stage } from './stage.mjs';
import { checks, pages, purge, stream } from './tables.mjs';

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));

/** Each gets as many stages as it has parameters, and gives what it found: `atMost` or `atLeast` is the target. */
const ROWS = [
  ...['sqlite', 'postgres'].map((engine) => ({ figure: 'P9', engine, run: logins })),
  { figure: 'P10', engine: 'sqlite', run: crowd },
  ...['sqlite', 'postgres'].map((engine) => ({ figure: 'P11', engine, run: checks })),
  ...['sqlite', 'postgres'].map((engine) => ({ figure: 'P12', engine, run: pages })),
  ...['sqlite', 'postgres', 'mariadb'].map((engine) => ({ figure: 'P13', engine, run: purge })),
  ...['sqlite', 'postgres'].map((engine) => ({ figure: 'P14', engine, run: stream })),
].filter(({ figure, engine }) => words.every((word) => word === figure || word === engine));

async function measure({ figure, engine, run }) {
  const stages = Array.from({ length: run.length }, () => new Stage(engine));
  try {
    for (const stage of stages) await stage.open();
    const rows = await run(...stages);
    return rows.map((row) => ({ figure, engine, framework: 'fastify', ...row, verdict: verdictOf(row) }));
  } catch (error) {
    return [{ figure, engine, size: isQuick ? 'the quick run' : 'the full run', verdict: `not run: ${error.message}` }];
  } finally {
    for (const stage of stages) await stage.close();
  }
}

const verdictOf = ({ measured, atMost = Infinity, atLeast = 0 }) => (measured <= atMost && measured >= atLeast ? 'met' : 'missed');

function line({ figure, engine, what, size, atMost, atLeast, measured, lowest, highest, detail, verdict }) {
  if (measured === undefined) return `${figure.padEnd(4)}${engine.padEnd(9)} ${verdict}`;
  const target = atMost === undefined ? `>= ${atLeast}` : `<= ${atMost}`;
  const spread = lowest === undefined ? '' : ` (${lowest.toFixed(2)} to ${highest.toFixed(2)})`;
  const more = [size, detail].filter((part) => part !== undefined).join('; ');
  return `${figure.padEnd(4)}${what.padEnd(52)}${engine.padEnd(9)} ${target.padEnd(8)} ${measured.toFixed(2).padStart(7)}${spread}  ${verdict}  (${more})`;
}

// A log-in is as wide as the machine: nothing is bound to one core here.
unpin(process.pid);
const end = stopwatch('volume');
const file = new URL(`../results/${isQuick ? 'volume' : 'volume-full'}.json`, import.meta.url);
const isWhole = words.length === 0;
// Some rows alone are for looking, unless they are to be kept.
const isKept = isWhole || process.argv.includes('--keep');
let rows = !isWhole && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).rows : [];

/** After each: a run of hours that was stopped has its rows until then. */
function keep() {
  const machine = { node: process.version, cores: cpus().length, cpu: cpus()[0]?.model ?? 'unknown' };
  mkdirSync(new URL('../results', import.meta.url), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ machine, sizes: SIZES, rows }, null, 2)}\n`);
}

for (const row of ROWS) {
  const startedAt = performance.now();
  const found = await measure(row);
  rows = [...rows.filter(({ figure, engine }) => figure !== row.figure || engine !== row.engine), ...found];
  if (isKept) keep();
  for (const one of found) console.log(line(one));
  console.log(`    ${row.figure} ${row.engine}: ${elapsed(performance.now() - startedAt)}`);
}

end();
