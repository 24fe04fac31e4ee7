import { SystemClock } from '../../../index.js';
import type { Call } from '../command.js';
import { ExaminedDatabase } from './examined-database.store.js';
import { fault, type Finding, note, ok } from './finding.js';

const SKEW_FAULT = 30_000;
const SKEW_NOTE = 2_000;
const DAY = 24 * 60 * 60_000;

/** What is found without starting anything. @throws CommandFault when the database does not answer. */
export async function examineDatabase({ database, space }: Call): Promise<Finding[]> {
  const examined = await ExaminedDatabase.open(database, space);
  try {
    return [
      ok('database', `${database.shown} answers.`),
      ...(database.isInClear
        ? [note('connection', 'it is not encrypted: add ?sslmode=verify-full (PostgreSQL) or ?ssl=true (MariaDB).')]
        : []),
      clockFinding(await examined.clockSkew()),
      migrationsFinding(await examined.pendingMigrations()),
    ];
  } finally {
    await examined.close();
  }
}

/** Only where the tables are there. */
export async function examineSweeping({ database, space }: Call): Promise<Finding> {
  const examined = await ExaminedDatabase.open(database, space);
  try {
    const instant = new Date(new SystemClock().now().getTime() - DAY);
    const [sessions, tokens] = [await examined.countOver('sessions', instant), await examined.countOver('tokens', instant)];
    return sweepingFinding(sessions, tokens);
  } finally {
    await examined.close();
  }
}

export function clockFinding(skew: number | null): Finding {
  const what = 'clock';
  if (skew === null) return ok(what, 'the database has the clock of this machine.');
  const words = `${(Math.abs(skew) / 1000).toFixed(1)} s ${skew < 0 ? 'behind' : 'ahead of'} this machine`;
  if (Math.abs(skew) >= SKEW_FAULT) return fault(what, `the database is ${words}: mend NTP on the one that is wrong.`);
  return Math.abs(skew) >= SKEW_NOTE ? note(what, `the database is ${words}: look at NTP.`) : ok(what, `the database is ${words}.`);
}

function migrationsFinding(pending: readonly string[] | null): Finding {
  if (pending === null)
    return fault('migrations', 'none of ours is noted as done: start the app with migrate: true, or run usersMigrations with your own.');
  if (pending.length > 0)
    return fault('migrations', `${pending.join(', ')} did not run yet: start the app with migrate: true, or run yours.`);
  return ok('migrations', 'all have run.');
}

function sweepingFinding(sessions: number, tokens: number): Finding {
  if (sessions + tokens === 0) return ok('sweeping', 'nothing waits that was over a day ago.');
  return note(
    'sweeping',
    `${String(sessions)} sessions and ${String(tokens)} links were over a day ago and are still there: no app with a janitor has run since.`,
  );
}
