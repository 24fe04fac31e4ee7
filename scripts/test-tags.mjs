// Which ids stand in brackets in the titles of tests: attacks ([B-20]), weaknesses ([W4]), capabilities ([3.10]).
//
//   node scripts/test-tags.mjs                     each id with the files that carry it
//   node scripts/test-tags.mjs ids.txt 'B-\d+'     also the ids of that form in a text that no title carries; ends with 1 if there are any
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TESTS = fileURLToPath(new URL('../test', import.meta.url));
const IN_BRACKETS = /\[((?:B-|W)\d+[a-z]?|\d+\.\d+)(?=[\],; ])|(?<=\[[^\]\n]*[,; ])((?:B-|W)\d+[a-z]?|\d+\.\d+)(?=[^[\n]*\])/g;

const carried = new Map();
for (const path of readdirSync(TESTS, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('spec.ts'))) {
  // Of a title's line only: a comment may speak of an id without testing it.
  const lines = readFileSync(join(TESTS, path), 'utf8').split('\n');
  for (const line of lines.filter((text) => /['"`]/.test(text) && !/^\s*(\/\/|\*|\/\*)/.test(text))) {
    for (const [, first, further] of line.matchAll(IN_BRACKETS)) {
      const id = first ?? further;
      carried.set(id, (carried.get(id) ?? new Set()).add(path));
    }
  }
}

const inOrder = (ids) => [...ids].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
for (const id of inOrder(carried.keys())) console.log(`${id.padEnd(8)} ${[...carried.get(id)].join(' ')}`);

const [list, form = '(?:B-|W)\\d+'] = process.argv.slice(2);
if (list !== undefined) {
  const wanted = new Set([...readFileSync(list, 'utf8').matchAll(new RegExp(`\\b${form}\\b`, 'g'))].map(([id]) => id));
  const missing = inOrder([...wanted].filter((id) => !carried.has(id)));
  console.log(`\n${wanted.size - missing.length} of ${wanted.size} carried. Missing: ${missing.join(' ') || 'none'}`);
  process.exitCode = missing.length > 0 ? 1 : 0;
}
