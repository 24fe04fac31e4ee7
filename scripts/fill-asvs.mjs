// Writes docs/asvs.md from scripts/asvs-rows.mjs. `npm run format` afterwards.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CHAPTERS } from './asvs-rows.mjs';

export { CHAPTERS };

const HEAD = `# ASVS

The requirements of the [OWASP Application Security Verification Standard 5.0.0](https://github.com/OWASP/ASVS/tree/v5.0.0_release) that bear on this
library, told in our own words, each with the tests that show it or a sentence that says why there is none. The chapters V6, V7, V8, V9, V11 and V16
are here as a whole. The standard is by the OWASP Foundation, under [CC BY-SA 4.0](https://creativecommons.org/licenses/by-sa/4.0/), and so is this page:
it is adapted from it, and is no certificate of anybody's. The levels: 1 for every application, 3 for the most sensitive ones.

\`scripts/fill-asvs.mjs\` writes this page; a test holds it to its tests.
`;

const proofOf = (proof) => (typeof proof === 'string' ? proof : [...new Set(proof.map(({ file }) => `\`${file}\``))].join(', '));
const tableOf = ({ title, rows }) => {
  const lines = rows.map(([number, level, asks, proof]) => `| ${number} | ${level} | ${asks} | ${proofOf(proof)} |`);
  return `## ${title}\n\n| number | level | asks | shown by, or why not |\n| --- | --- | --- | --- |\n${lines.join('\n')}\n`;
};

/** The page, before it is formatted. */
export const asvsPage = () => [HEAD, ...CHAPTERS.map(tableOf)].join('\n');

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(fileURLToPath(new URL('../docs/asvs.md', import.meta.url)), asvsPage());
