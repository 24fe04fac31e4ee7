import { HttpException, Injectable, Logger } from '@nestjs/common';
import { UnavailableError } from '../kernel/errors.js';
import { eachOnce } from './right-names.js';
import { type Membership, RolesSettings } from './roles.options.js';

/** Which memberships are asked for; nothing for all. */
export interface ResourceFilter {
  readonly resource?: string | undefined;
  readonly id?: string | undefined;
}

/** What a dash would make ambiguous: `a-b-c-member` names one resource only. */
const RESOURCE = /^[A-Za-z0-9_.:]{1,100}$/;
const LONGEST_ID = 255;

/** Roles on the host's own resources, by the memberships that the host keeps. */
@Injectable()
export class Memberships {
  private readonly logger = new Logger('Memberships');

  constructor(private readonly settings: RolesSettings) {}

  /**
   * Asks the host. What it returns beside what was asked for does not count, nor does what has no known level.
   *
   * @throws UnavailableError when the host's function fails: trouble grants nothing, and is not told as "you may not".
   */
  async load(userId: string, { resource, id }: ResourceFilter = {}): Promise<Membership[]> {
    const { memberships } = this.settings;
    if (memberships === null) return [];
    const found: unknown = await this.ask(() => memberships.load(userId, resource, id));
    const rows = Array.isArray(found) ? found.filter((row: unknown) => this.isMembership(row)) : [];
    return rows.filter((row) => (resource === undefined || row.resource === resource) && (id === undefined || String(row.id) === id));
  }

  /** The levels that somebody has on one resource: his own and those below it, without the one that everybody has. */
  async levelsOn(userId: string, on: Required<ResourceFilter>): Promise<string[]> {
    const found = await this.load(userId, on);
    return [...new Set(found.flatMap(({ level }) => this.levelsUpTo(level)))];
  }

  /** The same as names of roles, `<resource>-<id>-<level>`; what was stored under other levels grants what it does now. */
  rolesIn(memberships: unknown): string[] {
    const rows = Array.isArray(memberships) ? memberships.filter((row: unknown) => this.isMembership(row)) : [];
    return eachOnce(rows.flatMap(({ resource, id, level }) => this.levelsUpTo(level).map((one) => `${resource}-${id}-${one}`)));
  }

  /** An unknown level is nothing, never everything: apicrud's answer to one was all levels. */
  private levelsUpTo(level: string): readonly string[] {
    const levels = this.settings.memberships?.levels ?? [];
    const at = levels.indexOf(level);
    return at < 1 ? [] : levels.slice(1, at + 1);
  }

  private isMembership(row: unknown): row is Membership {
    if (typeof row !== 'object' || row === null || !('resource' in row) || !('id' in row) || !('level' in row)) return false;
    const { resource, id, level } = row;
    const isId = (typeof id === 'number' && Number.isFinite(id)) || (typeof id === 'string' && id.length > 0 && id.length <= LONGEST_ID);
    return (
      typeof resource === 'string' && RESOURCE.test(resource) && isId && typeof level === 'string' && this.levelsUpTo(level).length > 0
    );
  }

  private async ask(load: () => unknown): Promise<unknown> {
    try {
      return await load();
    } catch (error) {
      if (error instanceof HttpException) throw error;
      this.logger.error('The option memberships.load failed.', error instanceof Error ? error.stack : String(error));
      throw new UnavailableError(error);
    }
  }
}
