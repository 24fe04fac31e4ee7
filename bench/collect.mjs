// Puts what the parts of a whole run have written into bench/results.json.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const folder = new URL('results/', import.meta.url);
const parts = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => name.replace(/\.json$/, ''))
  .sort()
  .map((part) => [part, JSON.parse(readFileSync(new URL(`${part}.json`, folder), 'utf8'))]);
writeFileSync(new URL('results.json', import.meta.url), `${JSON.stringify(Object.fromEntries(parts), null, 2)}\n`);
