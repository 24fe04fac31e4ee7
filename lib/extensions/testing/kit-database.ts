import type { DynamicModule } from '@nestjs/common';
import { TypeOrmModule, type TypeOrmModuleOptions } from '@nestjs/typeorm';
import { DataSource, type DataSourceOptions } from 'typeorm';
import type { UserSpace } from '../../index.js';

const IN_MEMORY: TypeOrmModuleOptions = { type: 'better-sqlite3', database: ':memory:', synchronize: true };

/** Every space of a kit in this process. */
const spaces = new Set<Pick<UserSpace, 'entities'>>();

/** DataSources for the host's entities and those of a space, one for each application: SQLite in memory where nothing else is given. */
export class KitDatabase {
  readonly module: DynamicModule;
  private readonly opened: DataSource[] = [];

  constructor(space: Pick<UserSpace, 'entities'>, options: TypeOrmModuleOptions = IN_MEMORY) {
    spaces.add(space);
    this.module = TypeOrmModule.forRootAsync({
      useFactory: () => ({ ...options, autoLoadEntities: true, retryAttempts: 0 }),
      dataSourceFactory: async (loaded) => {
        const dataSource = new DataSource(withoutOtherSpaces(loaded as DataSourceOptions, space));
        this.opened.push(dataSource);
        return dataSource;
      },
    });
  }

  /** Closes the newest, where its application never came to do so. */
  async close(): Promise<void> {
    const newest = this.opened.pop();
    if (newest?.isInitialized === true) await newest.destroy();
  }
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
