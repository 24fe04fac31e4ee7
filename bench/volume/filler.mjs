// Rows by the hundred thousand, as log-ins and registrations would leave them, without the log-ins and registrations.
import { createHash, randomBytes } from 'node:crypto';

const ROWS = 250;
const SAMPLES = 500;
const DAY = 86_400_000;

/** A UUIDv7 of an instant, as the library makes them. */
function idOf(time) {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(time, 0, 6);
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export class Filler {
  constructor(dataSource) {
    this.dataSource = dataSource;
  }

  async users({ count, prefix = 'user' }) {
    const now = Date.now();
    const ids = [];
    await this.#insert('auth_users', count, (index) => {
      const [id, name] = [idOf(now), `${prefix}-${String(index).padStart(9, '0')}`];
      ids.push(id);
      return { id, username: name, usernameKey: name, activatedAt: now, createdAt: now, updatedAt: now };
    });
    return { ids: ids.slice(0, 1_000) };
  }

  /** Of a few users each. @returns the tokens of some, spread over all; none where `over` says that all are over. */
  async sessions({ count, over = false }) {
    const now = Date.now();
    const { ids } = await this.users({ count: 1, prefix: `owner-${now}` });
    const [userId] = ids;
    const step = Math.max(1, Math.floor(count / SAMPLES));
    const tokens = [];
    await this.#insert('auth_sessions', count, (index) => {
      // In the order of time, over the last eight days, or long ago: half of them idle, half at their own end.
      const at = Math.floor(over ? now - 30 * DAY + index / count : now - 8 * DAY + (8 * DAY * index) / count);
      const id = idOf(at);
      const token = `${id}.${randomBytes(32).toString('base64url')}`;
      if (!over && index % step === 0) tokens.push(token);
      const secretHash = createHash('sha256').update(`session:${token}`).digest('hex');
      const endsAt = over && index % 2 === 0 ? now - DAY : now + 22 * DAY;
      return { id, userId, secretHash, kind: 'session', createdAt: at, lastSeenAt: over ? at : now, authenticatedAt: at, endsAt };
    });
    await this.#settle('auth_sessions');
    return { tokens };
  }

  async #insert(table, count, rowOf) {
    const { driver } = this.dataSource;
    for (let start = 0; start < count; start += ROWS) {
      const rows = Array.from({ length: Math.min(ROWS, count - start) }, (_, offset) => rowOf(start + offset));
      const names = Object.keys(rows[0]);
      const values = rows.flatMap((row) => names.map((name) => row[name]));
      const marks = rows.map((_, row) => `(${names.map((_name, column) => driver.createParameter('v', row * names.length + column))})`);
      await this.dataSource.query(`INSERT INTO ${table} (${names.map((name) => driver.escape(name))}) VALUES ${marks}`, values);
    }
  }

  /** What an engine does by itself after a while, and must not do in the middle of a measurement. */
  async #settle(table) {
    const { type } = this.dataSource.options;
    if (type === 'postgres') await this.dataSource.query(`VACUUM ANALYZE ${table}`);
    else await this.dataSource.query(type === 'better-sqlite3' ? `ANALYZE ${table}` : `ANALYZE TABLE ${table}`);
  }
}
