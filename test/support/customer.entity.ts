import { BaseUser, Field, usersMigrations } from 'nestjs-users';
import { Column, Entity, type MigrationInterface, type QueryRunner, TableColumn } from 'typeorm';
import type { DatabaseOptions } from './database.js';

/** A host's user class: one field for people, one for administrators, one that no route may touch. */
@Entity('auth_users')
export class Customer extends BaseUser {
  @Field({ set: ['registration', 'self', 'admin'], show: ['self', 'admin'] })
  @Column({ type: 'varchar', length: 80, default: '' })
  company!: string;

  @Field({ set: ['admin'], show: ['admin'] })
  @Column({ type: 'varchar', length: 20, nullable: true })
  plan!: string | null;

  @Column({ type: 'varchar', length: 80, nullable: true })
  stripeId!: string | null;
}

class AddCustomerColumns1763800000000 implements MigrationInterface {
  readonly name = 'AddCustomerColumns1763800000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.addColumns('auth_users', [
      new TableColumn({ name: 'company', type: 'varchar', length: '80', default: "''" }),
      new TableColumn({ name: 'plan', type: 'varchar', length: '20', isNullable: true }),
      new TableColumn({ name: 'stripeId', type: 'varchar', length: '80', isNullable: true }),
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropColumns('auth_users', ['company', 'plan', 'stripeId']);
  }
}

/** How a host with columns of its own starts: our migrations, then its own. */
export const WITH_CUSTOMERS = {
  user: Customer,
  migrate: false,
  connection: (options: DatabaseOptions): DatabaseOptions => ({
    ...options,
    migrations: [...usersMigrations, AddCustomerColumns1763800000000],
    migrationsRun: true,
  }),
} as const;
