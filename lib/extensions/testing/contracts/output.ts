import { format } from 'node:util';

type Write = (...written: unknown[]) => unknown;

/** Everything that `task` printed, in whatever way; it goes nowhere else. */
export async function outputOf(task: () => Promise<void>): Promise<string> {
  const printed: string[] = [];
  const undo = [
    // Some runners put a console of their own before the streams.
    ...['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir'].map((method) => divert(globalThis.console, method, printed)),
    ...[process.stdout, process.stderr].map((stream) => divert(stream, 'write', printed)),
  ];
  try {
    await task();
  } finally {
    for (const restore of undo) restore();
  }
  return printed.join('\n');
}

function divert(target: object, method: string, printed: string[]): () => void {
  const methods = target as Record<string, Write | undefined>;
  const before = methods[method];
  methods[method] = (...written) => {
    printed.push(format(...written));
    const done = written.at(-1);
    if (typeof done === 'function') (done as () => void)();
    return true;
  };
  return () => void (methods[method] = before);
}
