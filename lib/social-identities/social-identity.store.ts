import { Injectable } from '@nestjs/common';
import { Equal, type FindOptionsWhere } from 'typeorm';
import type { Connection } from '../persistence/connection.js';
import { type EntityClass, SpaceEntities } from '../persistence/space-entities.js';
import { violatedColumn } from '../persistence/unique-violation.js';
import { SocialIdentityRow } from './social-identity.entity.js';
import { SocialIdentityTakenError } from './social-identities.errors.js';

/** What names one identity. */
export type IdentityKey = Pick<SocialIdentityRow, 'provider' | 'subject'>;

/** The statements on the table of social identities. */
@Injectable()
export class SocialIdentityStore {
  private readonly entity: EntityClass<SocialIdentityRow>;

  constructor(entities: SpaceEntities) {
    this.entity = entities.of(SocialIdentityRow);
  }

  find(on: Connection, key: IdentityKey): Promise<SocialIdentityRow | null> {
    return on.ask((manager) => manager.getRepository(this.entity).findOneBy(whereOf(key)));
  }

  listOf(on: Connection, userId: string): Promise<SocialIdentityRow[]> {
    return on.ask((manager) => manager.getRepository(this.entity).find({ where: { userId: Equal(userId) }, order: { id: 'ASC' } }));
  }

  /** @throws SocialIdentityTakenError as the unique index says. */
  async insert(on: Connection, row: SocialIdentityRow): Promise<void> {
    try {
      await on.ask((manager) => manager.getRepository(this.entity).insert({ ...row }));
    } catch (error) {
      throw violatedColumn(error, ['subject']) === null ? error : new SocialIdentityTakenError();
    }
  }

  /** @returns whether it is still that user's. */
  async touch(on: Connection, { id, userId }: Pick<SocialIdentityRow, 'id' | 'userId'>, lastUsedAt: Date): Promise<boolean> {
    const where = { id: Equal(id), userId: Equal(userId) };
    const { affected } = await on.ask((manager) => manager.getRepository(this.entity).update(where, { lastUsedAt }));
    return affected === 1;
  }

  async delete(on: Connection, id: string): Promise<void> {
    await on.ask((manager) => manager.getRepository(this.entity).delete({ id: Equal(id) }));
  }

  async deleteOf(on: Connection, userId: string): Promise<void> {
    await on.ask((manager) => manager.getRepository(this.entity).delete({ userId: Equal(userId) }));
  }
}

function whereOf({ provider, subject }: IdentityKey): FindOptionsWhere<SocialIdentityRow> {
  return { provider: Equal(provider), subject: Equal(subject) };
}
