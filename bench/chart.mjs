// `node bench/chart.mjs`: draws docs/images/performance.svg from bench/results.json, in light and dark as the reader's system is. `npm run bench`
// does it at the end of a whole run.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const WIDTH = 760;
const LABELS = 312;
const NUMBERS = 72;
const ROW = 24;
const BAR = 16;
const HEAD = 64;
const GROUP = 34;

const escaped = (text) => String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const said = (number) => Math.round(number).toLocaleString('en').replaceAll(',', '\u202f');

const STYLE = `
  .ground { fill: #ffffff } .text { fill: #1f2328 } .quiet { fill: #59636e } .ours { fill: #1f6feb } .other { fill: #afb8c1 }
  text { font: 13px system-ui, -apple-system, 'Segoe UI', sans-serif } .title { font-size: 16px; font-weight: 600 } .number { font-variant-numeric: tabular-nums }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117 } .text { fill: #e6edf3 } .quiet { fill: #9198a1 } .ours { fill: #4493f8 } .other { fill: #656c76 }
  }
`;

/** What is drawn: for each framework the guarded route on each engine beside the same app's unguarded one, and who does the same otherwise. */
export function groupsOf({ guard, competitors }) {
  const measured = (rows = []) => rows.filter((row) => row.measured !== undefined);
  return ['fastify', 'express'].flatMap((framework) => {
    const own = measured(guard?.rows).filter((row) => row.framework === framework && row.what === 'guarded / unguarded');
    const others = measured(competitors?.rows).filter((row) => row.framework === framework && row.figure !== '-');
    if (own.length + others.length === 0) return [];
    const open = Math.max(0, ...own.map(({ rates }) => rates.open));
    return [
      {
        title: framework === 'fastify' ? 'Fastify' : 'Express',
        bars: [
          ...(open > 0 ? [{ label: 'the route, unguarded', value: open, isOurs: false }] : []),
          ...own.map(({ engine, rates }) => ({ label: `guarded by us, ${engine}`, value: rates.guarded, isOurs: true })),
          ...others.map(({ what, theirs }) => ({ label: what, value: theirs, isOurs: false })),
        ],
      },
    ];
  });
}

/** @returns the chart as SVG; throws where nothing was measured. */
export function chartOf(results) {
  const groups = groupsOf(results);
  if (groups.length === 0) throw new Error('There is nothing to draw: run `npm run bench` first.');
  const most = Math.max(...groups.flatMap(({ bars }) => bars.map(({ value }) => value)));
  const scale = (WIDTH - LABELS - NUMBERS - 24) / most;
  let y = HEAD;
  const parts = [];
  for (const { title, bars } of groups) {
    parts.push(`<text class="text" x="24" y="${y + 14}" font-weight="600">${title}</text>`);
    y += GROUP - 8;
    for (const { label, value, isOurs } of bars) {
      const [middle, length] = [y + 13, Math.max(1, value * scale)];
      parts.push(
        `<text class="${isOurs ? 'text' : 'quiet'}" x="${LABELS - 10}" y="${middle}" text-anchor="end">${escaped(label)}</text>`,
        `<rect class="${isOurs ? 'ours' : 'other'}" x="${LABELS}" y="${y}" width="${length.toFixed(1)}" height="${BAR}" rx="2"/>`,
        `<text class="text number" x="${(LABELS + length + 8).toFixed(1)}" y="${middle}">${said(value)}</text>`,
      );
      y += ROW;
    }
    y += 12;
  }
  const { node, cores, cpu } = results.guard?.machine ?? results.competitors.machine;
  const machine = `Node ${node.replace(/^v/, '')}, ${cpu}, ${cores} ${cores === 1 ? 'core' : 'cores'}; only the lengths beside each other mean something`;
  const heading = 'Requests a second';
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title description" viewBox="0 0 ${WIDTH} ${y + 28}" width="${WIDTH}" height="${y + 28}">
<title id="title">${heading}</title>
<desc id="description">${escaped(groups.map(({ title, bars }) => `${title}: ${bars.map(({ label, value }) => `${label} ${said(value)}`).join(', ')}`).join('. '))}</desc>
<style>${STYLE}</style>
<rect class="ground" width="100%" height="100%" rx="8"/>
<text class="text title" x="24" y="36">${heading}</text>
${parts.join('\n')}
<text class="quiet" x="24" y="${y + 10}">${escaped(machine)}</text>
</svg>
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const results = JSON.parse(readFileSync(new URL('results.json', import.meta.url), 'utf8'));
  mkdirSync(new URL('../docs/images/', import.meta.url), { recursive: true });
  writeFileSync(new URL('../docs/images/performance.svg', import.meta.url), chartOf(results));
}
