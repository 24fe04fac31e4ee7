// What the process that imports this does with its time, on request of the process that forked it.
import { Session } from 'node:inspector/promises';

const session = new Session();
session.connect();

export async function startProfile() {
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 250 });
  await session.post('Profiler.start');
}

/** @returns the share of the process's busy time that each function took by itself, the dearest first. */
export async function endProfile() {
  const { profile } = await session.post('Profiler.stop');
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const spent = new Map();
  let busy = 0;
  profile.samples.forEach((id, index) => {
    const name = nameOf(nodes.get(id).callFrame);
    // A profile that begins in a call, as this one does, counts the waiting to that call.
    if (name === '(idle)' || name === 'dispatch') return;
    const time = profile.timeDeltas[index];
    busy += time;
    spent.set(name, (spent.get(name) ?? 0) + time);
  });
  return [...spent].map(([name, time]) => ({ name, share: time / busy })).sort((one, other) => other.share - one.share);
}

function nameOf({ functionName, url, lineNumber }) {
  if (url === '') return functionName;
  const file = url
    .replace(/^file:\/\//, '')
    .replace(/^.*\/node_modules\//, '')
    .replace(/^.*\/(dist|bench)\//, '$1/');
  return `${functionName || '(anonymous)'} ${file}:${lineNumber + 1}`;
}
