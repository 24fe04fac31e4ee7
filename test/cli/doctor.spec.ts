import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { defineUsers, type UserSpace } from 'nestjs-users';
import type { Call } from '../../lib/extensions/cli/command.js';
import { doctor } from '../../lib/extensions/cli/commands/doctor.command.js';
import { examineArgon2 } from '../../lib/extensions/cli/doctor/examine-app.js';
import { clockFinding } from '../../lib/extensions/cli/doctor/examine-database.js';
import { dumpOf } from '../support/database-dump.js';
import type { DatabaseOptions } from '../support/database.js';
import { HostApp } from '../support/host-app.js';
import { manySessions } from '../support/many-sessions.js';

const DAY = 86_400_000;

describe('the doctor', () => {
  let host: HostApp;
  let options: DatabaseOptions;
  beforeEach(async () => {
    host = await HostApp.start({ connection: (own) => (options = own) });
  });
  afterEach(() => host.close());

  async function examine({ space = defineUsers(), isInClear = false }: { space?: UserSpace; isInClear?: boolean } = {}): Promise<{
    code: number;
    out: string;
  }> {
    let out = '';
    const stdout = { write: (text: string) => (out += text) };
    const call: Call = {
      ...{ database: { options, shown: 'the database', isInClear }, space, whom: undefined },
      ...{ terminal: { stdin: process.stdin, stdout, stderr: stdout, env: {} }, text: () => undefined, flag: () => false },
    };
    return { code: await doctor.run(call), out };
  }

  it('says one line of each thing, and changes nothing', async () => {
    const before = await dumpOf(host.dataSource);
    const { code, out } = await examine();
    const things = [...out.matchAll(/^(?:ok|note|FAULT) +([^:]+):/gm)].map(([, thing]) => thing);
    expect(things).toEqual(['database', 'clock', 'migrations', 'argon2', 'tables', 'settings', 'administrators', 'sweeping']);
    expect(code).toBe(0);
    expect(await dumpOf(host.dataSource)).toEqual(before);
  });

  it('notes a connection that can be read on its way', async () => {
    expect((await examine()).out).not.toContain('connection');
    const { code, out } = await examine({ isInClear: true });
    expect(out).toMatch(/^note {2}connection: it is not encrypted/m);
    expect(code).toBe(0);
  });

  it('names a migration that did not run', async () => {
    const space = defineUsers();
    class AddColumn {
      readonly name = 'AddColumn1893456000000';
    }
    const { code, out } = await examine({ space: { ...space, migrations: [...space.migrations, AddColumn as never] } });
    expect(out).toMatch(/^FAULT migrations: AddColumn1893456000000 did not run yet/m);
    expect(code).toBe(1);
  });

  it('names a column that is gone, and then asks no more of the tables', async () => {
    const column = host.dataSource.driver.escape('displayName');
    await host.dataSource.query(`ALTER TABLE auth_users DROP COLUMN ${column}`);
    const { code, out } = await examine();
    expect(out).toMatch(/^FAULT tables: .*displayName/m);
    expect(out).not.toContain('sweeping');
    expect(code).toBe(1);
  });

  it('notes what was over a day ago and is still there, and not what is over since an hour', async () => {
    const { id: userId } = await host.user();
    const ended = (ago: number): object => ({ endsAt: new Date(Date.now() - ago) });
    await manySessions(host.dataSource, { userId, count: 2, at: host.clock.now(), more: ended(DAY / 24) });
    expect((await examine()).out).toMatch(/^ok {4}sweeping/m);
    await manySessions(host.dataSource, { userId, count: 3, at: host.clock.now(), more: ended(2 * DAY) });
    const { code, out } = await examine();
    expect(out).toMatch(/^note {2}sweeping: 3 sessions and 0 links/m);
    expect(code).toBe(0);
  });

  it('calls a setting that cannot be read a fault of the settings', async () => {
    process.env['USERS_PASSWORDS_MIN_LENGTH'] = 'long';
    const { code, out } = await examine().finally(() => delete process.env['USERS_PASSWORDS_MIN_LENGTH']);
    expect(out).toMatch(/^FAULT settings: .*USERS_PASSWORDS_MIN_LENGTH/m);
    expect(out).not.toMatch(/^FAULT tables/m);
    expect(code).toBe(1);
  });
});

describe('what the doctor says', () => {
  it.each([
    [null, 'ok', 'the database has the clock of this machine.'],
    [0, 'ok', 'the database is 0.0 s ahead of this machine.'],
    [-1_999, 'ok', 'the database is 2.0 s behind this machine.'],
    [2_000, 'note', 'the database is 2.0 s ahead of this machine: look at NTP.'],
    [-29_999, 'note', 'the database is 30.0 s behind this machine: look at NTP.'],
    [30_000, 'fault', 'the database is 30.0 s ahead of this machine: mend NTP on the one that is wrong.'],
    [-3_600_000, 'fault', 'the database is 3600.0 s behind this machine: mend NTP on the one that is wrong.'],
  ])('of clocks that differ by %p ms: %s', (skew, level, sentence) =>
    expect(clockFinding(skew)).toEqual({ what: 'clock', level, sentence }),
  );

  it('of argon2, whether it loads, and the reason where it does not', async () => {
    expect(await examineArgon2()).toMatchObject({ what: 'argon2', level: 'ok' });
    const missing = await examineArgon2(() => Promise.reject(new Error('No native build was found for platform=win32 arch=arm64.')));
    expect(missing).toMatchObject({ what: 'argon2', level: 'fault' });
    expect(missing.sentence).toContain('No native build was found');
  });
});
