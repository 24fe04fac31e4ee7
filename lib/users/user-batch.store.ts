import { Injectable } from '@nestjs/common';
import { In, type ObjectLiteral } from 'typeorm';
import type { Connection } from '../persistence/connection.js';
import { withSortKey } from './sort-key.js';
import { type UserRow, UserStore } from './user.store.js';

/** What of a batch is in the table already. */
export interface TakenKeys {
  readonly ids: ReadonlySet<string>;
  readonly usernameKeys: ReadonlySet<string>;
  readonly emailKeys: ReadonlySet<string>;
}

interface Keys {
  readonly id: string;
  readonly usernameKey: string | null;
  readonly emailKey: string | null;
}

/** Statements on many users at once. */
@Injectable()
export class UserBatchStore {
  constructor(private readonly users: UserStore) {}

  async findTaken(on: Connection, rows: readonly (UserRow & { readonly id: string })[]): Promise<TakenKeys> {
    const named = (column: 'usernameKey' | 'emailKey'): string[] => rows.flatMap((row) => row[column] ?? []);
    const where = [{ id: In(rows.map(({ id }) => id)) }, { usernameKey: In(named('usernameKey')) }, { emailKey: In(named('emailKey')) }];
    const found = (await on.ask((manager) =>
      manager.getRepository<ObjectLiteral>(this.users.entity).find({ select: { id: true, usernameKey: true, emailKey: true }, where }),
    )) as Keys[];
    return {
      ids: new Set(found.map(({ id }) => id)),
      usernameKeys: new Set(found.flatMap(({ usernameKey }) => usernameKey ?? [])),
      emailKeys: new Set(found.flatMap(({ emailKey }) => emailKey ?? [])),
    };
  }

  /** @throws UsernameTakenError and EmailTakenError as the unique indexes say; then none of them is written. */
  async insertAll(on: Connection, rows: readonly (UserRow & { readonly id: string })[]): Promise<void> {
    // Copies: TypeORM writes into what it inserts what it reads back, on SQLite in another order than it was given, ids included.
    const copies = rows.map(withSortKey);
    await this.users.orTaken(on.ask((manager) => manager.getRepository<ObjectLiteral>(this.users.entity).insert(copies)));
  }
}
