import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Column, CreateDateColumn, DataSource, Entity, PrimaryColumn, type ValueTransformer } from 'typeorm';
import { ByIdQuestion } from '../../../lib/persistence/many-by-id.js';
import { type Row, RowReader } from '../../../lib/persistence/row-reader.js';
import { makeSqliteSafe } from '../../../lib/persistence/sqlite-lock.js';
import { Statements } from '../../support/statements.js';
import { type TestDatabase, testDatabase, testEngine } from '../../support/database.js';

const ROWS = 200;
const engine = testEngine();
const timestamp = engine === 'postgres' ? 'timestamptz' : 'datetime';
const shout: ValueTransformer = {
  to: (value: unknown) => value,
  from: (value: unknown) => (typeof value === 'string' ? value.toUpperCase() : (value ?? 'none')),
};
const twice: ValueTransformer[] = [shout, { to: (value: unknown) => value, from: (value: unknown) => `<${String(value)}>` }];

class Inner {
  @Column({ type: 'varchar', length: 40, nullable: true }) city!: string | null;
  @Column({ type: 'boolean', nullable: true }) known!: boolean | null;
}

/** A column of each kind that a host may write. */
@Entity('kinds')
class Kinds {
  @PrimaryColumn({ type: 'uuid' }) id!: string;
  @Column({ type: 'varchar', length: 80, nullable: true }) name!: string | null;
  @Column({ type: 'text', nullable: true }) long!: string | null;
  @Column({ nullable: true, type: String }) byClass!: string | null;
  @Column({ type: 'int', nullable: true }) count!: number | null;
  @Column({ nullable: true, type: Number }) number!: number | null;
  @Column({ type: 'bigint', nullable: true }) big!: string | null;
  @Column({ type: 'decimal', precision: 10, scale: 2, nullable: true }) price!: string | null;
  @Column({ type: 'float', nullable: true }) ratio!: number | null;
  @Column({ type: Boolean, nullable: true }) flag!: boolean | null;
  @Column({ type: 'boolean', nullable: true }) flagByName!: boolean | null;
  @Column({ type: 'simple-json', nullable: true }) json!: unknown;
  @Column({ type: 'simple-array', nullable: true }) list!: string[] | null;
  @Column({ type: 'simple-enum', enum: ['red', 'green'], nullable: true }) colour!: string | null;
  @Column({ type: timestamp, nullable: true }) at!: Date | null;
  @Column({ type: 'date', nullable: true }) day!: string | null;
  @CreateDateColumn() madeAt!: Date;
  @Column({ type: 'varchar', nullable: true, transformer: shout }) loud!: string | null;
  @Column({ type: 'varchar', nullable: true, transformer: twice }) framed!: string | null;
  @Column({ type: Boolean, nullable: true, transformer: twice }) framedFlag!: boolean | null;
  @Column({ type: 'varchar', nullable: true, select: false }) hidden!: string | null;
  @Column(() => Inner) inner!: Inner;
}

let seed = 7;
/** A small generator of our own, so that a failure can be seen again. */
const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
const either = <T>(...values: T[]): T | null => (random(4) === 0 ? null : (values[random(values.length)] as T));

function row(index: number): object {
  return {
    id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    name: either('', 'ann', "o'neill", 'ß\u{1F600}', '0', 'null'),
    long: either('x'.repeat(random(3_000)), '{"a":1}'),
    byClass: either('', 'class'),
    count: either(0, -1, 2_147_483_647),
    number: either(0, 42),
    big: either('0', '9007199254740991', '-5'),
    price: either('0.00', '12345.67'),
    ratio: either(0, 0.5, -1.25),
    flag: either(true, false),
    flagByName: either(true, false),
    json: either<unknown>({ deep: [1, null, { x: 'ü' }] }, [], 'text', 0, false),
    list: either(['a', 'b'], []),
    colour: either('red', 'green'),
    at: either(new Date('2026-01-31T23:59:59.000Z'), new Date('1999-12-31T00:00:00.000Z')),
    day: either('2026-02-28', '1970-01-01'),
    loud: either('', 'whisper'),
    framed: either('', 'picture'),
    framedFlag: either(true, false),
    hidden: 'nobody sees it',
    inner: { city: either('Graz', ''), known: either(true, false) },
  };
}

describe('a row that we read ourselves', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  beforeAll(async () => {
    database = await testDatabase();
    dataSource = await new DataSource({ ...database.options, entities: [Kinds], synchronize: true }).initialize();
    makeSqliteSafe(dataSource);
    await dataSource.getRepository(Kinds).insert(Array.from({ length: ROWS }, (_, index) => row(index)));
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const question = (reader: RowReader<Kinds>, prepare: boolean): ByIdQuestion => {
    const from = `FROM ${dataSource.driver.escape('kinds')} k`;
    return new ByIdQuestion(dataSource, { selected: reader.selected, from, column: reader.nameOf({ databaseName: 'id' }) }, prepare);
  };

  it.each([[true], [false]])(
    'is what TypeORM finds, property by property, whatever the kinds of its columns (prepared: %s)',
    async (prepare) => {
      const reader = new RowReader(dataSource, Kinds, 'k');
      const found = await dataSource.getRepository(Kinds).find({ order: { id: 'ASC' } });
      const rows = await question(reader, prepare).findMany(found.map(({ id }) => id));
      const read = rows.map((one) => reader.read(one)).sort((left, right) => (left.id < right.id ? -1 : 1));
      expect(read).toHaveLength(ROWS);
      expect(read).toEqual(found.map((one) => withInner(one)));
      for (const one of read) expect(one).toBeInstanceOf(Kinds);
      for (const one of read) expect(one).not.toHaveProperty('hidden');
    },
  );

  it('is the same however many columns there are', async () => {
    const reader = new RowReader(dataSource, Kinds, 'k');
    const from = `FROM ${dataSource.driver.escape('kinds')} k`;
    const filler = Array.from({ length: 130 }, (_, index) => ({ expression: String(index), alias: `n${index}`, type: 'int' }));
    const selected = [...reader.selected, ...filler];
    const many = new ByIdQuestion(dataSource, { selected, from, column: reader.nameOf({ databaseName: 'id' }) }, true);
    const [first] = await question(reader, true).findMany([ID]);
    const [wide] = (await many.findMany([ID])) as [Row];
    expect(reader.read(wide)).toEqual(reader.read(first as Row));
    expect(Object.values(wide).slice(-130).map(Number)).toEqual([...filler.keys()]);
  });

  it('is the same when it is asked for alone, as an object of columns', async () => {
    const reader = new RowReader(dataSource, Kinds, 'k');
    for (const one of await dataSource.getRepository(Kinds).find({ take: 20 })) {
      const alone = await question(reader, true).findOne(dataSource, one.id);
      expect(reader.read(alone as never)).toEqual(withInner(one));
    }
  });

  it('is found by its index, not by reading the table', async () => {
    const reader = new RowReader(dataSource, Kinds, 'k');
    const [text] = await Statements.of(dataSource).before(() => question(reader, false).findMany([ID]));
    const plan = await PLANS[engine](dataSource, text as string);
    expect(plan).toMatch(
      engine === 'sqlite' ? /SEARCH k USING INDEX/ : engine === 'postgres' ? /Index (Only )?Scan/ : /"?const|range|eq_ref/,
    );
  });
});

/** TypeORM leaves out an embedded object all of whose columns are null; it is there, and empty, in ours as it was. */
function withInner(found: Kinds): Kinds {
  const { city = null, known = null } = (found.inner as Inner | null) ?? {};
  return Object.assign(found, { inner: Object.assign(new Inner(), { city, known }) });
}

const ID = '00000000-0000-4000-8000-000000000001';
const PLANS: Record<typeof engine, (dataSource: DataSource, text: string) => Promise<string>> = {
  sqlite: async (dataSource, text) =>
    JSON.stringify(await dataSource.query(`EXPLAIN QUERY PLAN ${text}`.replace(/ \/\*.*$/, ''), [`["${ID}"]`])),
  postgres: (dataSource, text) =>
    dataSource.transaction(async (manager) => {
      await manager.query('SET LOCAL enable_seqscan = off');
      return JSON.stringify(await manager.query(`EXPLAIN ${text}`, [[ID]]));
    }),
  mariadb: async (dataSource, text) => JSON.stringify(await dataSource.query(`EXPLAIN ${text}`, [[ID]])),
};
