// Puts what the parts of a whole run have written into bench/results.json.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const folder = new URL('results/', import.meta.url);
const parts = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .sort()
  .map((name) => [name.replace(/\.json$/, ''), JSON.parse(readFileSync(new URL(name, folder), 'utf8'))]);
writeFileSync(new URL('results.json', import.meta.url), `${JSON.stringify(Object.fromEntries(parts), null, 2)}\n`);
