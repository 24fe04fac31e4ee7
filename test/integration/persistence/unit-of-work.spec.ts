import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { DomainEvent } from '../../../lib/kernel/domain-event.js';
import { UnavailableError } from '../../../lib/kernel/errors.js';
import { StateRow } from '../../../lib/persistence/state.entity.js';
import type { Work } from '../../../lib/persistence/work.js';
import { testEngine } from '../../support/database.js';
import { instant, openPersistence, type Persistence, space } from '../../support/persistence.js';

class Written extends DomainEvent {
  override readonly name = 'state.written';
  override readonly userId = null;
  constructor(readonly key: string) {
    super(instant);
  }
}

class Veto extends Error {}

const State = space.rows.of(StateRow);
const tick = (ms = 0): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

let persistence: Persistence;
let heard: string[];
let offs: (() => void)[];

beforeAll(async () => {
  persistence = await openPersistence();
});
afterAll(() => persistence.close());
beforeEach(async () => {
  await persistence.dataSource.manager.clear(State);
  for (const off of offs ?? []) off();
  heard = [];
  offs = [persistence.events.on(Written, ({ key }) => void heard.push(key))];
});

const write =
  (key: string) =>
  async (work: Work): Promise<void> => {
    await work.ask((manager) => manager.insert(State, { key }));
    await work.record(new Written(key));
  };
const keys = async (): Promise<string[]> =>
  (await persistence.dataSource.manager.find(State, { order: { key: 'ASC' } })).map(({ key }) => key);

describe(`A unit of work on ${testEngine()}`, () => {
  it('lets its events out after the commit, when everybody can see the rows', async () => {
    let seen: string[] | undefined;
    let before: string[] | undefined;
    const handled = new Promise<void>((resolve) => {
      offs.push(
        persistence.events.on(Written, async () => {
          seen = await keys();
          resolve();
        }),
      );
    });
    await persistence.unitOfWork.run(async (work) => {
      await write('a')(work);
      before = [...heard];
    });
    await handled;
    expect({ before, heard, seen }).toEqual({ before: [], heard: ['a'], seen: ['a'] });
  });

  it('lets nothing out after a rollback', async () => {
    const tasks: string[] = [];
    const undone = persistence.unitOfWork.run(async (work) => {
      await write('a')(work);
      work.afterCommit(() => tasks.push('mail'));
      throw new Veto('No.');
    });
    await expect(undone).rejects.toThrow(Veto);
    await tick();
    expect({ keys: await keys(), heard, tasks }).toEqual({ keys: [], heard: [], tasks: [] });
  });

  it('is undone by the exception of a handler inside it', async () => {
    offs.push(
      persistence.events.on(
        Written,
        async ({ key }, manager) => {
          await manager.insert(State, { key: `${key}-audit` });
          if (key === 'vetoed') throw new Veto('Not this one.');
        },
        { inTransaction: true },
      ),
    );
    await expect(persistence.unitOfWork.run(write('vetoed'))).rejects.toThrow(Veto);
    expect({ keys: await keys(), heard }).toEqual({ keys: [], heard: [] });
    await persistence.unitOfWork.run(write('fine'));
    expect({ keys: await keys(), heard }).toEqual({ keys: ['fine', 'fine-audit'], heard: ['fine'] });
  });

  it('has one now', async () => {
    await persistence.unitOfWork.run((work) => {
      expect(work.now).toEqual(instant);
      return Promise.resolve();
    });
  });

  it('answers well although a task after the commit fails, and logs that', async () => {
    const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    await persistence.unitOfWork.run(async (work) => {
      work.afterCommit(() => {
        throw new Error('The mailer is out.');
      });
      await write('a')(work);
    });
    expect(heard).toEqual(['a']);
    expect(logged.mock.calls).toEqual([['A task after the commit failed: The mailer is out.']]);
    logged.mockRestore();
  });

  it('does not commit behind the back of a caller who was told 503', async () => {
    const slow = await openPersistence(20);
    const told = slow.unitOfWork.run(async (work) => {
      await work.ask((manager) => manager.insert(State, { key: 'late' }));
      await tick(250);
    });
    await expect(told).rejects.toThrow(UnavailableError);
    await tick(300);
    expect(await slow.dataSource.manager.count(State)).toBe(0);
    await slow.close();
  });
});

if (testEngine() !== 'sqlite') {
  describe(`A deadlock on ${testEngine()}`, () => {
    it('is tried again until both have their way', async () => {
      await persistence.dataSource.manager.insert(State, [
        { key: 'a', value: 0 },
        { key: 'b', value: 0 },
      ]);
      let tries = 0;
      const cross =
        (first: string, second: string) =>
        async (work: Work): Promise<void> => {
          tries += 1;
          await work.ask((manager) => manager.update(State, { key: first }, { value: tries }));
          await tick(50);
          await work.ask((manager) => manager.update(State, { key: second }, { value: tries }));
          await work.record(new Written(first));
        };
      await Promise.all([persistence.unitOfWork.run(cross('a', 'b')), persistence.unitOfWork.run(cross('b', 'a'))]);
      expect(tries).toBeGreaterThan(2);
      expect(heard.sort()).toEqual(['a', 'b']);
    });

    it('is a 503 at the third retry', async () => {
      const statement =
        testEngine() === 'postgres'
          ? "DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40P01'; END $$"
          : "SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213, MESSAGE_TEXT = 'again'";
      let tries = 0;
      const hopeless = persistence.unitOfWork.run(async (work) => {
        tries += 1;
        await work.ask((manager) => manager.query(statement));
      });
      await expect(hopeless).rejects.toThrow(UnavailableError);
      expect(tries).toBe(4);
    });
  });
}

describe(`A unit of work within the host's transaction on ${testEngine()}`, () => {
  it("lets its events out after the host's commit", async () => {
    let before: string[] | undefined;
    await persistence.dataSource.transaction(async (manager) => {
      const { unitOfWork } = persistence;
      expect(await unitOfWork.within(manager).run((work) => write('ours')(work).then(() => 42))).toBe(42);
      await manager.insert(State, { key: 'host' });
      await tick(10);
      before = [...heard];
    });
    expect({ before, heard, keys: await keys() }).toEqual({ before: [], heard: ['ours'], keys: ['host', 'ours'] });
  });

  it("goes with the host's rollback, and nothing is heard of it, not even after that runner's next commit", async () => {
    const runner = persistence.dataSource.createQueryRunner();
    await runner.startTransaction();
    await persistence.unitOfWork.within(runner.manager).run(write('ours'));
    await runner.rollbackTransaction();
    await runner.startTransaction();
    await runner.commitTransaction();
    await runner.release();
    expect({ heard, keys: await keys() }).toEqual({ heard: [], keys: [] });
  });

  it('is undone alone when it fails, and the host may go on', async () => {
    await persistence.dataSource.transaction(async (manager) => {
      const within = persistence.unitOfWork.within(manager);
      await within.run(write('first'));
      const twice = within.run(async (work) => {
        await write('half')(work);
        await write('first')(work);
      });
      await expect(twice).rejects.toThrow();
      await within.run(write('last'));
    });
    expect({ heard, keys: await keys() }).toEqual({ heard: ['first', 'last'], keys: ['first', 'last'] });
  });

  it('stands and falls with the nested transaction around it', async () => {
    await persistence.dataSource.transaction(async (manager) => {
      await manager.transaction(async (kept) => {
        await persistence.unitOfWork.within(kept).run(write('kept'));
      });
      expect(heard).toEqual([]);
      const undone = manager.transaction(async (nested) => {
        await persistence.unitOfWork.within(nested).run(write('undone'));
        throw new Veto();
      });
      await expect(undone).rejects.toThrow(Veto);
    });
    expect({ heard, keys: await keys() }).toEqual({ heard: ['kept'], keys: ['kept'] });
  });

  it('is refused where no transaction is open', () => {
    expect(() => persistence.unitOfWork.within(persistence.dataSource.manager)).toThrow(/EntityManager of an open transaction/);
  });

  it('is refused on another DataSource', async () => {
    const other = await openPersistence();
    await other.dataSource.transaction((manager) => {
      expect(() => persistence.unitOfWork.within(manager)).toThrow(/belongs to another/);
      return Promise.resolve();
    });
    await other.close();
  });

  it('that hits a deadlock is a 503 at once, since only the host can start again', async () => {
    let tries = 0;
    const deadlock = Object.assign(new Error('deadlock'), { code: '40P01' });
    const joined = persistence.dataSource.transaction((manager) =>
      persistence.unitOfWork.within(manager).run(() => {
        tries += 1;
        return Promise.reject(deadlock);
      }),
    );
    await expect(joined).rejects.toMatchObject({ code: 'USERS_UNAVAILABLE', cause: deadlock });
    expect(tries).toBe(1);
  });
});
