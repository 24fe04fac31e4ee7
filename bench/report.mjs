// `node bench/report.mjs`: writes the table of docs/guides/performance.md from bench/results.json. `npm run bench` does it at the end of a whole run.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PAGE = new URL('../docs/guides/performance.md', import.meta.url);
const [BEGIN, END] = ['<!-- figures: made by bench/report.mjs -->', '<!-- end of the figures -->'];

const number = (value) => (Number.isInteger(value) ? String(value) : value.toFixed(2));
/** P2 before P10. */
const placeOf = ({ figure }) => Number(/\d+/.exec(figure)?.[0] ?? 99);

function targetOf({ target, atLeast, atMost, figure }) {
  // P16 and P17 count statements: the fewer the better.
  if (atMost !== undefined || ['P16', 'P17'].includes(figure)) return `≤ ${number(atMost ?? target)}`;
  const least = atLeast ?? target;
  return typeof least === 'number' ? `≥ ${number(least)}` : '';
}

function detailOf({ rates, costs, ours, theirs, size, detail }) {
  const counts = rates === undefined ? undefined : `${Math.round(rates.guarded)} of ${Math.round(rates.open)} requests a second`;
  const floor = rates?.floor === undefined ? undefined : `with a guard that does nothing ${Math.round(rates.floor)}`;
  const time = costs === undefined ? undefined : `${number(costs.guarded)} and ${number(costs.open)} µs of the server's processor each`;
  const both = ours === undefined ? undefined : `${Math.round(ours)} and ${Math.round(theirs)} requests a second`;
  return [counts, floor, time, both, size, detail].filter((part) => part !== undefined).join('; ');
}

function lineOf(row) {
  const { figure, what = '', framework = '', engine = 'sqlite', measured, lowest, highest, verdict } = row;
  const spread = lowest === undefined ? '' : ` (${number(lowest)} to ${number(highest)})`;
  const found = measured === undefined ? '' : `${number(measured)}${spread}`;
  return [figure, what, [framework, engine].filter(Boolean).join(', '), targetOf(row), found, verdict, detailOf(row)];
}

/** By their figures, and beside each row the same one of another run, which had other sizes. */
function inOrder(rows) {
  const named = ({ figure, what, framework, engine }) => [figure, what, framework, engine].join(' ');
  const first = (row) => rows.findIndex((one) => named(one) === named(row));
  return [...rows].sort((one, other) => placeOf(one) - placeOf(other) || first(one) - first(other));
}

/** @returns the table of all rows that whole runs have written, as Markdown that no formatter would change. */
export function tableOf(results) {
  const measured = Object.values(results).flatMap((part) => part.rows);
  const rows = inOrder(measured.filter(({ figure }) => figure !== '-'));
  const lines = [['figure', 'what', 'where', 'target', 'median (lowest to highest)', 'verdict', 'measured'], ...rows.map(lineOf)];
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const written = ([...cells]) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  const [head, ...body] = lines.map(written);
  return [head, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...body].join('\n');
}

/** @returns the page with its table in place of the one that stood there. */
export function pageWith(page, results) {
  const [start, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (start < 0 || end < start) throw new Error(`The page has no place for the figures, between ${BEGIN} and ${END}.`);
  return `${page.slice(0, start + BEGIN.length)}\n\n${tableOf(results)}\n\n${page.slice(end)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const results = JSON.parse(readFileSync(new URL('results.json', import.meta.url), 'utf8'));
  writeFileSync(PAGE, pageWith(readFileSync(PAGE, 'utf8'), results));
}
