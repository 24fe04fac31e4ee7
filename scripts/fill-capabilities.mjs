// Writes the last column of docs/capabilities.md: the test files in whose titles a row's number stands. `npm run format` afterwards.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PAGE = `${ROOT}docs/capabilities.md`;
/** What speaks of the tags, instead of proving by them. */
const ABOUT_TAGS = 'docs/capabilities.spec.ts';

const tests = readdirSync(`${ROOT}test`, { recursive: true, encoding: 'utf8' }).filter(
  (path) => path.endsWith('spec.ts') && path !== ABOUT_TAGS,
);
const texts = tests.sort().map((path) => [`test/${path}`, readFileSync(`${ROOT}test/${path}`, 'utf8')]);

const proving = (number) => texts.filter(([, text]) => text.includes(`[${number}]`)).map(([path]) => `\`${path}\``);
const filled = readFileSync(PAGE, 'utf8').replace(
  /^(\| *(\d+\.\d+) *\|.*\|)[^|]*\|$/gm,
  (_row, head, number) => `${head} ${proving(number).join(', ')} |`,
);
writeFileSync(PAGE, filled);
