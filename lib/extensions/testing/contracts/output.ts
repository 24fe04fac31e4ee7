type Write = (...written: unknown[]) => unknown;

/** Everything that `task` printed, in whatever way. It is printed nevertheless. */
export async function outputOf(task: () => Promise<void>): Promise<string> {
  const printed: string[] = [];
  const undo = [
    // Some runners put a console of their own before the streams.
    ...['log', 'info', 'warn', 'error', 'debug', 'trace'].map((method) => listen(globalThis.console, method, printed)),
    ...[process.stdout, process.stderr].map((stream) => listen(stream, 'write', printed)),
  ];
  try {
    await task();
  } finally {
    for (const restore of undo) restore();
  }
  return printed.join('\n');
}

function listen(target: object, method: string, printed: string[]): () => void {
  const methods = target as Record<string, Write>;
  const before = methods[method] as Write;
  methods[method] = (...written) => {
    printed.push(written.map(String).join(' '));
    return before.apply(target, written);
  };
  return () => void (methods[method] = before);
}
