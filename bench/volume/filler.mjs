// Rows by the million, as registrations and log-ins would leave them, without the registrations and log-ins: the engine makes them itself.
import { createHash, randomBytes } from 'node:crypto';
import { DataSource } from 'typeorm';
import { connectionTo } from '../databases.mjs';
import { DIALECTS } from './dialects.mjs';

/** So many in one statement: more would keep an engine busy with what it may have to undo. */
const CHUNK = 100_000;
const SAMPLES = 500;
const DAY = 86_400_000;

/** The columns of a user, each with its value; whatever has another default than what a registration writes must stand here. */
const userOf = ({ id, name, at }) => ({
  id,
  username: name,
  usernameKey: name,
  sortKey: name,
  activatedAt: at,
  createdAt: at,
  updatedAt: at,
});

/** The columns of a session. */
const sessionOf = ({ id, at, digits, lastSeenAt, endsAt }) => ({
  id,
  userId: 'owner.id',
  secretHash: `concat(${digits}, ${digits})`,
  kind: `'session'`,
  createdAt: at,
  lastSeenAt,
  authenticatedAt: at,
  endsAt,
});

export class Filler {
  #runner;
  #dialect;

  constructor(runner, dialect) {
    this.#runner = runner;
    this.#dialect = dialect;
  }

  /** Does `task` with a filler that has a connection of its own, to the database of that environment. */
  static async within({ engine, env }, task) {
    const dataSource = await new DataSource(connectionTo(engine, env)).initialize();
    const runner = dataSource.createQueryRunner();
    try {
      for (const statement of DIALECTS[engine].meanwhile) await runner.query(statement);
      return await task(new Filler(runner, DIALECTS[engine]));
    } finally {
      await runner.release();
      await dataSource.destroy();
    }
  }

  /** `user-000000001` and so on, who came one after another during the last year. */
  async users({ count }) {
    const at = timeOf({ from: Date.now() - 365 * DAY, span: 365 * DAY, count });
    await this.#insert('auth_users', userOf({ id: this.#idAt(at), name: this.#nameOf('n'), at }), { count });
    await this.#settle('auth_users');
  }

  /**
   * Sessions of the first `users` users, who logged in in turn. With `over` they began a month ago and are over: half of them idle, half at
   * their own end; otherwise they began in the last eight days.
   */
  async sessions({ count, users, over = false }) {
    const now = Date.now();
    const [from, span] = over ? [now - 31 * DAY, DAY] : [now - 8 * DAY, 8 * DAY];
    const at = timeOf({ from, span, count });
    const endsAt = over ? `CASE n % 2 WHEN 0 THEN ${now - DAY} ELSE ${now + 22 * DAY} END` : String(now + 22 * DAY);
    const { digits } = this.#dialect;
    const columns = sessionOf({ id: this.#idAt(at), at, digits, lastSeenAt: over ? at : String(now), endsAt });
    const owner = `JOIN auth_users owner ON owner.${this.#name('usernameKey')} = ${this.#nameOf(`(1 + n % ${users})`)}`;
    await this.#insert('auth_sessions', columns, { count, join: owner });
    const tokens = over ? [] : await this.#sample({ from, span });
    await this.#settle('auth_sessions');
    return { tokens };
  }

  /** Gives sessions at even distances secrets that we know. @returns their tokens. */
  async #sample({ from, span }) {
    const tokens = [];
    for (let sample = 0; sample < SAMPLES; sample += 1) {
      const least = idFrom(Math.floor(from + (span * sample) / SAMPLES));
      const [{ id }] = await this.#runner.query(`SELECT id FROM auth_sessions WHERE id >= '${least}' ORDER BY id LIMIT 1`);
      const token = `${id}.${randomBytes(32).toString('base64url')}`;
      const secretHash = createHash('sha256').update(`session:${token}`).digest('hex');
      await this.#runner.query(`UPDATE auth_sessions SET ${this.#name('secretHash')} = '${secretHash}' WHERE id = '${id}'`);
      tokens.push(token);
    }
    return tokens;
  }

  async #insert(table, columns, { count, join = '' }) {
    const names = Object.keys(columns).map((name) => this.#name(name));
    for (let from = 1; from <= count; from += CHUNK) {
      const series = this.#dialect.series(from, Math.min(from + CHUNK - 1, count));
      await this.#runner.query(`INSERT INTO ${table} (${names}) SELECT ${Object.values(columns)} FROM ${series} ${join} ORDER BY n`);
    }
  }

  async #settle(table) {
    for (const statement of this.#dialect.settle(table)) await this.#runner.query(statement);
  }

  /** A UUIDv7 of an instant, as the library makes them. */
  #idAt(at) {
    const { hex, digits, id } = this.#dialect;
    const time = hex(at, 12);
    const part = (from, length) => `substr(${digits}, ${from}, ${length})`;
    return id(`concat(substr(${time}, 1, 8), '-', substr(${time}, 9, 4), '-7', ${part(1, 3)}, '-8', ${part(4, 3)}, '-', ${part(7, 12)})`);
  }

  #nameOf(number) {
    return `concat('user-', ${this.#dialect.padded(number, 9)})`;
  }

  #name(column) {
    return this.#runner.connection.driver.escape(column);
  }
}

/** The instant of the row `n`: in their order, at even distances. */
const timeOf = ({ from, span, count }) => `(${from} + (n - 1) * ${Math.floor(span / count)})`;

/** The least id of an instant. */
function idFrom(time) {
  const hex = time.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
