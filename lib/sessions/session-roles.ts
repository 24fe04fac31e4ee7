import { Injectable } from '@nestjs/common';
import { InvalidInputError, NotFoundError } from '../kernel/errors.js';
import { Fields } from '../kernel/fields.js';
import { isId } from '../kernel/id.js';
import { Database } from '../persistence/database.js';
import { UnitOfWork } from '../persistence/unit-of-work.js';
import { Memberships, type ResourceFilter } from '../roles/memberships.js';
import type { Membership } from '../roles/roles.options.js';
import { UserStore } from '../users/user.store.js';
import { SessionStore } from './session.store.js';

/** What the column holds on every engine, with room to spare. */
const MOST_BYTES = 60_000;

/** Roles on resources that a live session carries, so that a request knows them without asking the host. */
@Injectable()
export class SessionRoles {
  constructor(
    private readonly store: SessionStore,
    private readonly users: UserStore,
    private readonly memberships: Memberships,
    private readonly database: Database,
    private readonly units: UnitOfWork,
  ) {}

  /** @throws NotFoundError, InvalidInputError, UnavailableError when the host's memberships cannot be loaded. */
  async refresh(sessionId: unknown, request: unknown): Promise<string[]> {
    const filter = readFilter(request);
    const session = isId(sessionId) ? await this.store.findById(this.database, sessionId) : null;
    if (session === null) throw new NotFoundError();
    // Before the transaction: the host's own statements would wait for it.
    const fresh = await this.memberships.load(session.userId, filter);
    return this.units.run(async (work) => {
      await this.users.lock(work, session.userId);
      const row = await this.store.findById(work, session.id);
      if (row === null) throw new NotFoundError();
      const resourceRoles = [...othersIn(row.resourceRoles, filter), ...fresh.map(({ resource, id, level }) => ({ resource, id, level }))];
      if (Buffer.byteLength(JSON.stringify(resourceRoles)) > MOST_BYTES)
        throw new InvalidInputError('These are more memberships than a session can carry: refresh one resource.', {
          resource: ['USERS_TOO_MANY'],
        });
      await this.store.update(work, row.id, { resourceRoles: resourceRoles.length > 0 ? resourceRoles : null });
      return this.memberships.rolesIn(resourceRoles);
    });
  }
}

function readFilter(request: unknown): ResourceFilter {
  const input = Fields.of(request);
  const resource = input.optionalText('resource', { max: 100 });
  const id = input.optionalText('id');
  if (id !== undefined && resource === undefined) input.fault('resource', 'USERS_REQUIRED');
  input.done();
  return { resource, id };
}

/** What the refresh is not about stays. */
function othersIn(stored: unknown, { resource, id }: ResourceFilter): Membership[] {
  const rows = Array.isArray(stored) ? (stored as Membership[]) : [];
  return resource === undefined ? [] : rows.filter((row) => row.resource !== resource || (id !== undefined && String(row.id) !== id));
}
