import { Injectable } from '@nestjs/common';
import { Clock } from '../kernel/clock.port.js';
import type { FieldCodes } from '../kernel/errors.js';
import { InvalidInputError } from '../kernel/errors.js';
import { PasswordStore } from '../passwords/password.store.js';
import type { Connection } from '../persistence/connection.js';
import { Database } from '../persistence/database.js';
import { StateStore } from '../persistence/state.store.js';
import { UnitOfWork, type Work } from '../persistence/unit-of-work.js';
import { type TakenKeys, UserBatchStore } from '../users/user-batch.store.js';
import { EmailTakenError, UsernameTakenError } from '../users/users.errors.js';
import { type Candidate, type ImportRow, ImportRows } from './import-row.js';
import { UsersImported } from './user-import.events.js';

export interface ImportOptions {
  /** Reads and checks everything, and writes nothing. @default false */
  readonly dryRun?: boolean;
  /** Names the other system: part of what makes an imported id. @default 'legacy' */
  readonly source?: string;
}

/** A row that was not imported, and why. */
export interface ImportFault {
  /** Its place among the rows, from 1. */
  readonly row: number;
  readonly legacyId: string | null;
  /** By field: `{ email: ['USERS_EMAIL_TAKEN'] }` also for two rows whose addresses differ only in case. */
  readonly fields: FieldCodes;
}

export interface ImportReport {
  readonly read: number;
  /** With `dryRun`: how many would be. */
  readonly imported: number;
  /** Imported by an earlier run. */
  readonly present: number;
  readonly faults: readonly ImportFault[];
}

interface Placed extends Candidate {
  readonly place: number;
  readonly legacyId: string;
}

interface Progress {
  read: number;
  imported: number;
  present: number;
  readonly faults: ImportFault[];
  /** The keys of this run's rows: what differs only in case is one. */
  readonly usernames: Set<string>;
  readonly emails: Set<string>;
  readonly ids: Set<string>;
}

/** What became of a batch, or would. */
interface Judged {
  readonly fresh: readonly Placed[];
  readonly present: number;
  readonly faults: readonly ImportFault[];
}

const BATCH = 500;

/**
 * Brings users over from another system, in batches that are each written whole. It can be stopped and repeated: a row is known by its
 * legacy id, and what is there already is left as it is.
 */
@Injectable()
export class UserImport {
  constructor(
    private readonly rows: ImportRows,
    private readonly users: UserBatchStore,
    private readonly passwords: PasswordStore,
    private readonly state: StateStore,
    private readonly units: UnitOfWork,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async run(
    rows: Iterable<ImportRow> | AsyncIterable<ImportRow>,
    { dryRun = false, source = 'legacy' }: ImportOptions = {},
  ): Promise<ImportReport> {
    if (typeof source !== 'string' || source.length === 0 || source.length > 64)
      throw new InvalidInputError('The source of an import is a name of at most 64 characters.');
    const progress: Progress = { read: 0, imported: 0, present: 0, faults: [], usernames: new Set(), emails: new Set(), ids: new Set() };
    let batch: Placed[] = [];
    for await (const row of rows) {
      progress.read += 1;
      const placed = this.place(row, source, progress);
      if (placed !== null) batch.push(placed);
      if (batch.length < BATCH) continue;
      await this.finish(batch, progress, { dryRun, source });
      batch = [];
    }
    await this.finish(batch, progress, { dryRun, source });
    const { read, imported, present, faults } = progress;
    return { read, imported, present, faults };
  }

  /** Reads one row and holds it against the rows before it. */
  private place(row: unknown, source: string, progress: Progress): Placed | null {
    const legacyId = legacyIdOf(row);
    const read = this.rows.read(row, source, this.clock.now());
    const fields = isCandidate(read) ? repeated(read, progress) : read;
    if (isCandidate(read) && fields === null) return { ...read, place: progress.read, legacyId: legacyId ?? '' };
    progress.faults.push({ row: progress.read, legacyId, fields: fields ?? {} });
    return null;
  }

  private async finish(batch: readonly Placed[], progress: Progress, { dryRun, source }: Required<ImportOptions>): Promise<void> {
    if (batch.length === 0) return;
    const { fresh, present, faults } = await (dryRun ? this.judge(this.database, batch) : this.write(batch, source));
    progress.imported += fresh.length;
    progress.present += present;
    progress.faults.push(...faults);
  }

  private async judge(on: Connection, batch: readonly Placed[]): Promise<Judged> {
    const taken = await this.users.findTaken(
      on,
      batch.map(({ row }) => row),
    );
    const absent = batch.filter(({ row }) => !taken.ids.has(row.id));
    const faults = absent.flatMap((placed) => faultOf(placed, taken));
    const faulty = new Set(faults.map(({ row }) => row));
    return { fresh: absent.filter(({ place }) => !faulty.has(place)), present: batch.length - absent.length, faults };
  }

  /** The whole batch at once; if somebody takes a name in this moment, one by one, so that only his row is left out. */
  private async write(batch: readonly Placed[], source: string): Promise<Judged> {
    try {
      return await this.units.run((work) => this.insert(work, batch, source));
    } catch (error) {
      const fields = fieldsOf(error);
      if (fields === null) throw error;
      if (batch.length > 1) return await this.writeEach(batch, source);
      return { fresh: [], present: 0, faults: batch.map(({ place, legacyId }) => ({ row: place, legacyId, fields })) };
    }
  }

  private async writeEach(batch: readonly Placed[], source: string): Promise<Judged> {
    const all: Judged[] = [];
    for (const one of batch) all.push(await this.write([one], source));
    return {
      fresh: all.flatMap(({ fresh }) => fresh),
      present: all.reduce((sum, { present }) => sum + present, 0),
      faults: all.flatMap(({ faults }) => faults),
    };
  }

  /** Two imports at once queue behind one row, so that the second finds what the first has written. */
  private async insert(work: Work, batch: readonly Placed[], source: string): Promise<Judged> {
    await this.state.lock(work, 'import');
    const judged = await this.judge(work, batch);
    const { fresh } = judged;
    if (fresh.length === 0) return judged;
    await this.users.insertAll(
      work,
      fresh.map(({ row }) => row),
    );
    const hashes = fresh.flatMap(({ row, passwordHash }) => (passwordHash === null ? [] : [{ userId: row.id, hash: passwordHash }]));
    await this.passwords.insertAll(work, hashes, work.now);
    await work.record(new UsersImported(work.now, source, fresh.length));
    return judged;
  }
}

function isCandidate(read: Candidate | FieldCodes): read is Candidate {
  return 'row' in read && 'passwordHash' in read && !Array.isArray(read.row);
}

/** What this row shares with one before it. */
function repeated({ row }: Candidate, { ids, usernames, emails }: Progress): FieldCodes | null {
  const fields = {
    ...(ids.has(row.id) && { legacyId: ['USERS_REPEATED'] }),
    ...(usernames.has(row.usernameKey ?? '') && { username: ['USERS_USERNAME_TAKEN'] }),
    ...(emails.has(row.emailKey ?? '') && { email: ['USERS_EMAIL_TAKEN'] }),
  };
  if (Object.keys(fields).length > 0) return fields;
  ids.add(row.id);
  if (typeof row.usernameKey === 'string') usernames.add(row.usernameKey);
  if (typeof row.emailKey === 'string') emails.add(row.emailKey);
  return null;
}

function faultOf({ row, place, legacyId }: Placed, { usernameKeys, emailKeys }: TakenKeys): ImportFault[] {
  const fields = {
    ...(usernameKeys.has(row.usernameKey ?? '') && { username: ['USERS_USERNAME_TAKEN'] }),
    ...(emailKeys.has(row.emailKey ?? '') && { email: ['USERS_EMAIL_TAKEN'] }),
  };
  return Object.keys(fields).length === 0 ? [] : [{ row: place, legacyId, fields }];
}

function legacyIdOf(row: unknown): string | null {
  return typeof row === 'object' && row !== null && 'legacyId' in row && typeof row.legacyId === 'string' ? row.legacyId : null;
}

function fieldsOf(error: unknown): FieldCodes | null {
  return error instanceof UsernameTakenError || error instanceof EmailTakenError ? (error.fields ?? null) : null;
}
