import { Injectable } from '@nestjs/common';
import { Clock } from '../../kernel/clock.port.js';
import { after } from '../../kernel/duration.js';
import { mintApiKey } from '../../kernel/api-key-token.js';
import { ForbiddenError, NotFoundError } from '../../kernel/errors.js';
import { Fields } from '../../kernel/fields.js';
import { isId, newId } from '../../kernel/id.js';
import { RandomSource } from '../../kernel/random-source.port.js';
import { Database } from '../../persistence/database.js';
import { UnitOfWork, type Work } from '../../persistence/unit-of-work.js';
import { ADMIN_PERMISSIONS } from '../../roles/admin-permissions.js';
import { ADMIN } from '../../roles/right-names.js';
import { permits, Rights } from '../../roles/rights.js';
import type { BaseUser } from '../../users/base-user.js';
import { SignInRule } from '../../users/sign-in-rule.js';
import { keysOf, type UserRef } from '../../users/user-ref.js';
import { UserStore } from '../../users/user.store.js';
import type { SessionContext } from '../session.js';
import type { CheckOptions } from '../session-check.js';
import type { SessionRow } from '../session.entity.js';
import { SessionStore } from '../session.store.js';
import { SessionTouches } from '../session-touches.js';
import { TooManyApiKeysError } from '../sessions.errors.js';
import { ApiKeyCreated, ApiKeyEnded } from '../sessions.events.js';
import { type ApiKey, type ApiKeyGrant, apiKeyOf, type CreatedApiKey } from './api-key.js';
import { ApiKeyCheck } from './api-key-check.js';
import { readGrant } from './api-key-input.js';
import { ApiKeysSettings } from './api-keys.options.js';

interface Draft {
  readonly name: string;
  readonly grant: ApiKeyGrant;
  readonly endsAt: Date | null;
}

/** Makes, lists and ends API keys. A key is a row among the sessions, so that whatever ends or refuses sessions ends or refuses keys. */
@Injectable()
export class ApiKeys {
  constructor(
    private readonly store: SessionStore,
    private readonly users: UserStore,
    private readonly settings: ApiKeysSettings,
    private readonly rights: Rights,
    private readonly signInRule: SignInRule,
    private readonly touches: SessionTouches,
    private readonly checking: ApiKeyCheck,
    private readonly database: Database,
    private readonly units: UnitOfWork,
    private readonly clock: Clock,
    private readonly random: RandomSource,
  ) {}

  /** @throws InvalidInputError; ForbiddenError for a scope of the administration that he does not have; TooManyApiKeysError, NotFoundError. */
  async create(ref: UserRef, request: unknown): Promise<CreatedApiKey> {
    const draft = this.read(Fields.of(request));
    const found = await this.users.find(this.database, keysOf(ref));
    if (found === null) throw new NotFoundError();
    return this.units.run((work) => this.write(work, found.id, draft));
  }

  /** As {@link ApiKeyCheck.authenticate}. */
  authenticate(key: unknown, options?: CheckOptions): Promise<SessionContext<BaseUser>> {
    return this.checking.authenticate(key, options);
  }

  /** Newest first. */
  async list(userId: unknown): Promise<ApiKey[]> {
    if (!isId(userId)) return [];
    // A key in use may be newer than its row: this process knows.
    const rows = await this.store.findAll(this.database, { userId, kind: 'apiKey' });
    return rows.map((row) => apiKeyOf({ ...row, lastSeenAt: this.touches.lastSeen(row.id, row.lastSeenAt) }));
  }

  /** @param userId when given, another user's key counts as none. @returns whether there was one. */
  async end(id: unknown, userId?: string): Promise<boolean> {
    const row = isId(id) ? await this.store.findById(this.database, id) : null;
    if (row?.kind !== 'apiKey' || (userId !== undefined && row.userId !== userId)) return false;
    return this.units.run(async (work) => {
      const isEnded = await this.store.delete(work, row.id);
      if (isEnded) await work.record(new ApiKeyEnded(work.now, row.userId, row.id));
      work.afterCommit(() => this.touches.forget(row.id));
      return isEnded;
    });
  }

  private read(input: Fields): Draft {
    const name = input.text('name', { max: 100, line: true });
    if (name.trim() === '' && input.has('name')) input.fault('name', 'USERS_EMPTY');
    const grant = readGrant(input, this.settings.scopes);
    const endsAt = this.readEnd(input);
    input.done();
    return { name: name.trim(), grant, endsAt };
  }

  private readEnd(input: Fields): Date | null {
    const now = this.clock.now();
    const given = input.raw('expiresAt') === null ? null : (input.optionalInstant('expiresAt') ?? null);
    const { maxLifetime } = this.settings;
    const latest = maxLifetime === null ? null : after(now, maxLifetime);
    if (given !== null && (given <= now || (latest !== null && given > latest))) input.fault('expiresAt', 'USERS_NOT_VALID');
    return given ?? latest;
  }

  /** Behind the row's lock: two who make the last key at once would otherwise both find room. */
  private async write(work: Work, userId: string, { name, grant, endsAt }: Draft): Promise<CreatedApiKey> {
    await this.users.lock(work, userId);
    const user = await this.users.findById(work, userId);
    if (user === null || !this.signInRule.allowsKeys(user)) throw new NotFoundError();
    this.requireHis(user, grant.scopes);
    if ((await this.store.countOf(work, { userId, kind: 'apiKey' })) >= this.settings.max) throw new TooManyApiKeysError();
    const id = newId(work.now, this.random);
    const { token, secretHash } = mintApiKey(id, this.random);
    const row: SessionRow = { ...EMPTY, id, userId, secretHash, deviceName: name, apiKey: grant, endsAt, ...instantsAt(work.now) };
    await this.store.insert(work, row);
    await work.record(new ApiKeyCreated(work.now, userId, id));
    return { key: token, apiKey: apiKeyOf(row) };
  }

  /** A scope counts only while its owner has the right; one that he lacks would wait for the day on which he gets it. */
  private requireHis(user: BaseUser, scopes: readonly string[]): void {
    const his = this.rights.permissionsOf(user);
    const isHis = (scope: string): boolean => ![ADMIN, ...ADMIN_PERMISSIONS].includes(scope) || permits(his, scope);
    if (!scopes.every(isHis)) throw new ForbiddenError('A key cannot have rights that its owner does not have.');
  }
}

const EMPTY = {
  kind: 'apiKey',
  actorId: null,
  acting: null,
  needs: null,
  fixed: true,
  remember: false,
  ip: null,
  userAgent: null,
  resourceRoles: null,
  data: null,
  uses: 0,
} as const;

function instantsAt(now: Date): Pick<SessionRow, 'createdAt' | 'lastSeenAt' | 'authenticatedAt'> {
  return { createdAt: now, lastSeenAt: now, authenticatedAt: now };
}
