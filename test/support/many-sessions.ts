import { defineUsers } from 'nestjs-users';
import type { DataSource, ObjectLiteral } from 'typeorm';
import { newId } from '../../lib/kernel/id.js';
import { SystemRandomSource } from '../../lib/kernel/system-random-source.js';
import { SessionRow } from '../../lib/sessions/session.entity.js';

const random = new SystemRandomSource();
const CHUNK = 200;

/** Rows as so many log-ins at this instant would leave, without the log-ins. No token fits them. @returns their ids. */
export async function manySessions(
  dataSource: DataSource,
  { userId, count, at, more = {} }: { userId: string; count: number; at: Date; more?: Partial<SessionRow> },
): Promise<string[]> {
  const rows = Array.from({ length: count }, (): ObjectLiteral => ({
    ...{ id: newId(at, random), userId, secretHash: 'f'.repeat(64), kind: 'session', actorId: null, acting: null, needs: null },
    ...{ createdAt: at, lastSeenAt: at, authenticatedAt: at, endsAt: null, fixed: false, remember: false, ip: null },
    ...{ userAgent: null, deviceName: null, resourceRoles: null, data: null, apiKey: null, uses: 0, ...more },
  }));
  const repository = dataSource.getRepository<ObjectLiteral>(defineUsers().rows.of(SessionRow));
  for (let start = 0; start < count; start += CHUNK) await repository.insert(rows.slice(start, start + CHUNK));
  return rows.map((row) => row['id'] as string);
}
