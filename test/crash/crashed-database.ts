import { DataSource } from 'typeorm';
import type { DatabaseOptions } from '../support/database.js';

/** What the tables hold that no order of events explains. */
export interface Leftovers {
  readonly administrators: number;
  /** Rows whose user is gone, by table. */
  readonly orphans: Readonly<Record<string, number>>;
}

export async function leftoversIn(database: DatabaseOptions): Promise<Leftovers> {
  const dataSource = await new DataSource(database).initialize();
  const name = (text: string): string => dataSource.driver.escape(text);
  const count = async (from: string): Promise<number> => {
    const [row] = await dataSource.query<{ n: number | string }[]>(`SELECT COUNT(*) AS n FROM ${from}`);
    return Number(row?.n);
  };
  try {
    const orphans: Record<string, number> = {};
    for (const table of ['auth_passwords', 'auth_sessions', 'auth_tokens'])
      orphans[table] = await count(`${name(table)} WHERE ${name('userId')} NOT IN (SELECT ${name('id')} FROM ${name('auth_users')})`);
    return { administrators: await count(`${name('auth_users')} WHERE ${name('isAdmin')}`), orphans };
  } finally {
    await dataSource.destroy();
  }
}

/** One administrator, and nothing without its user. */
export const NOTHING_LEFT: Leftovers = { administrators: 1, orphans: { auth_passwords: 0, auth_sessions: 0, auth_tokens: 0 } };
