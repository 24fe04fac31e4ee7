import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSources, ROOT } from '../architecture/sources.js';

/** A fenced block of a page. */
export interface Block {
  readonly page: string;
  /** Of the first line inside the fence, from 1. */
  readonly line: number;
  /** All that stands behind the opening fence: `ts`, `ts no-check: <reason>`. */
  readonly info: string;
  readonly text: string;
  /** The files of docs/snippets that the comment above the block puts before it. */
  readonly preambles: readonly string[];
  /** True below `<!-- as: options -->`: the block is a part of the options, `limits: { ... }`. */
  readonly isOptions: boolean;
}

/** The README and everything in docs, by path from the root. */
export function readPages(): Map<string, string> {
  const docs = [...readSources('docs', '.md')].map(([path, text]) => [`docs/${path}`, text] as const);
  const top = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md'].map((path) => [path, readIfThere(path)] as const);
  return new Map([...top, ...docs].filter(([, text]) => text !== ''));
}

function readIfThere(path: string): string {
  try {
    return readFileSync(join(ROOT, path), 'utf8');
  } catch {
    return '';
  }
}

const FENCE = /^( *)```+(.*)$/;
/** `<!-- with: app-user.entity.ts, notes.service.ts -->` on its own line above the fence; a reader does not see it. */
const WITH = /^<!-- with: (.+) -->$/;

/** The fenced blocks of a page, in order. */
export function blocksOf(page: string, text: string): Block[] {
  const lines = text.split('\n');
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const [, indent = '', info] = FENCE.exec(lines[at] ?? '') ?? [];
    if (info === undefined) continue;
    const end = lines.findIndex((line, index) => index > at && /^ *```+$/.test(line));
    const inside = lines.slice(at + 1, end < 0 ? lines.length : end).map((line) => line.replace(indent, ''));
    blocks.push({ page, line: at + 2, info: info.trim(), text: inside.join('\n'), ...hiddenAbove(lines, at) });
    at += inside.length + 1;
  }
  return blocks;
}

function hiddenAbove(lines: readonly string[], fence: number): Pick<Block, 'preambles' | 'isOptions'> {
  let above = fence - 1;
  while (above >= 0 && lines[above]?.trim() === '') above -= 1;
  const comment = lines[above]?.trim() ?? '';
  const names = (WITH.exec(comment)?.[1] ?? '').split(',').map((name) => name.trim());
  return { preambles: names.filter(Boolean), isOptions: comment === '<!-- as: options -->' };
}
