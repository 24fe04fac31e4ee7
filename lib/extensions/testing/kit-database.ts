import type { DynamicModule } from '@nestjs/common';
import { TypeOrmModule, type TypeOrmModuleOptions } from '@nestjs/typeorm';
import { DataSource, type DataSourceOptions } from 'typeorm';
import type { BaseUser, UserSpace } from '../../index.js';

const IN_MEMORY: TypeOrmModuleOptions = { type: 'better-sqlite3', database: ':memory:', synchronize: true };

/** Every space of a kit in this process. */
const spaces = new Set<Pick<UserSpace, 'entities'>>();

/** A DataSource for the host's entities and those of `space`: SQLite in memory where nothing else is given. */
export function kitDatabase<U extends BaseUser>(space: UserSpace<U>, options: TypeOrmModuleOptions = IN_MEMORY): DynamicModule {
  spaces.add(space);
  return TypeOrmModule.forRootAsync({
    useFactory: () => ({ ...options, autoLoadEntities: true, retryAttempts: 0 }),
    dataSourceFactory: async (loaded) => new DataSource(withoutOtherSpaces(loaded as DataSourceOptions, space)),
  });
}

/** `autoLoadEntities` remembers what any module of this process ever asked for, and two spaces on one table do not go together. */
function withoutOtherSpaces(options: DataSourceOptions, space: Pick<UserSpace, 'entities'>): DataSourceOptions {
  const own = new Set<unknown>(space.entities);
  const others = new Set<unknown>([...spaces].flatMap(({ entities }) => entities).filter((entity) => !own.has(entity)));
  return {
    ...options,
    entities: Object.values(options.entities ?? []).filter((entity: unknown) => !others.has(entity)),
  };
}
