import { beforeEach, describe, expect, it } from '@jest/globals';
import { Changes } from '../../../lib/persistence/changes.js';
import type { Connection } from '../../../lib/persistence/connection.js';
import type { Database } from '../../../lib/persistence/database.js';
import type { Change } from '../../../lib/persistence/invalidation-bus.port.js';
import { LocalInvalidationBus } from '../../../lib/persistence/local-invalidation-bus.js';
import { Outage } from '../../../lib/persistence/outage.js';
import { UnitOfWork } from '../../../lib/persistence/unit-of-work.js';
import { UsersEvents } from '../../../lib/persistence/users-events.js';

const ANN: Change = { of: 'user', id: 'ann' };

let told: string[];
let changes: Changes;
beforeEach(() => {
  told = [];
  changes = new Changes(new LocalInvalidationBus());
  changes.onChange(({ of }) => told.push(of));
});

/** A database whose transactions end as `end` says. */
function unitOfWork(end: () => void): UnitOfWork {
  const transaction = async (task: (manager: object) => Promise<unknown>): Promise<unknown> => {
    const value = await task({});
    told.push('sent');
    end();
    return value;
  };
  const database = { dataSource: { manager: { transaction } }, timeout: 1_000, outage: new Outage(1_000) } as unknown as Database;
  return new UnitOfWork(database, new UsersEvents(), { now: () => new Date(0) });
}

const write = (on: Connection): Promise<string> => changes.write(on, [ANN], () => Promise.resolve('written'));

describe('what changed in a unit of work', () => {
  it('is told once that is committed, before the tasks that wait for the commit', async () => {
    const units = unitOfWork(() => undefined);
    const value = await units.run((work) => {
      work.afterCommit(() => told.push('task'));
      return write(work);
    });
    expect([value, ...told]).toEqual(['written', 'sent', 'user', 'task']);
  });

  it('is told also where the commit was sent and nobody knows whether it arrived', async () => {
    const units = unitOfWork(() => {
      throw new Error('the connection is gone');
    });
    await expect(units.run(write)).rejects.toThrow('connection is gone');
    expect(told).toEqual(['sent', 'user']);
  });

  it('is told also by a statement that failed: it may have been done', async () => {
    const alone: Connection = { ask: (task) => task({} as never), whenOver: (task) => task() };
    await expect(changes.write(alone, [ANN], () => Promise.reject(new Error('no answer')))).rejects.toThrow('no answer');
    expect(told).toEqual(['user']);
  });
});
