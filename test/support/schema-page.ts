import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../architecture/sources.js';

/** The page for those who run the database, as the tests read it. */
export const SCHEMA_PAGE = readFileSync(join(ROOT, 'docs/schema.md'), 'utf8');

/** What stands under one heading, up to the next. */
export function sectionOf(page: string, heading: string): string {
  const [, section] = page.split(`\n## ${heading}\n`);
  if (section === undefined) throw new Error(`The page has no heading "${heading}".`);
  return section.split('\n## ')[0] ?? '';
}

/** The rows of the table whose first heading is `first`, without its heads and without the backticks of a cell. */
export function rowsOf(section: string, first: string): string[][] {
  const tables = section.split(/\n\s*\n/).map((block) => block.split('\n').filter((line) => line.startsWith('|')));
  const lines = tables.find(([head]) => head !== undefined && cellsOf(head)[0] === first) ?? [];
  return lines.slice(2).map(cellsOf);
}

/** The SQL blocks of a section, one text each. */
export function sqlOf(section: string): string[] {
  return [...section.matchAll(/```sql\n([^]*?)```/g)].map(([, sql]) => sql ?? '');
}

const cellsOf = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim())
    .map((cell) => (/^`[^`]*`$/.test(cell) ? cell.slice(1, -1) : cell));
