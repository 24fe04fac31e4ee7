import type { Call, Command } from '../command.js';
import { EXIT } from '../command-fault.js';
import { examineApp, examineArgon2 } from '../doctor/examine-app.js';
import { examineDatabase, examineSweeping } from '../doctor/examine-database.js';
import type { Finding } from '../doctor/finding.js';

const MARKS = { ok: 'ok   ', note: 'note ', fault: 'FAULT' } as const;

export const doctor: Command = {
  name: 'doctor',
  summary: 'Looks at the database and at what the services need. Changes nothing.',
  usage: '',
  options: {},
  takesWhom: false,

  async run(call) {
    const findings = await examine(call);
    for (const { level, what, sentence } of findings) call.terminal.stdout.write(`${MARKS[level]} ${what}: ${sentence}\n`);
    const faults = findings.filter(({ level }) => level === 'fault').length;
    call.terminal.stderr.write(faults === 0 ? 'No fault.\n' : `${String(faults)} ${faults === 1 ? 'fault' : 'faults'}.\n`);
    return faults === 0 ? 0 : EXIT.refused;
  },
};

async function examine(call: Call): Promise<Finding[]> {
  const database = await examineDatabase(call);
  const app = await examineApp(call);
  const sweeping = app.some(({ level, what }) => what === 'tables' && level === 'ok') ? [await examineSweeping(call)] : [];
  return [...database, await examineArgon2(), ...app, ...sweeping];
}
