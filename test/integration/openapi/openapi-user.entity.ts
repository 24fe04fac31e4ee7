import { BaseUser, Field } from 'nestjs-users';
import { Column, Entity } from 'typeorm';

/** A host's user with an own field of each type. */
@Entity('auth_users')
export class OpenApiUser extends BaseUser {
  @Field({ set: ['registration', 'self'], show: ['self', 'admin'], label: 'Company' })
  @Column({ type: 'varchar', length: 80, default: '' })
  company!: string;

  @Field({ set: ['self', 'admin'], show: ['self', 'admin'] })
  @Column({ type: 'int', nullable: true })
  seats!: number | null;

  @Field({ set: ['registration', 'self', 'admin'], show: ['self', 'admin'] })
  @Column({ type: 'boolean', default: false })
  newsletter!: boolean;

  @Field({ set: ['self'], show: ['self'] })
  @Column({ type: 'date', nullable: true })
  born!: string | null;

  @Field({ set: ['admin'], show: ['admin'] })
  @Column({ type: 'decimal', precision: 8, scale: 2, nullable: true })
  rate!: number | string | null;

  @Field({ set: ['self'], show: ['self', 'admin'] })
  @Column({ type: 'simple-json', nullable: true })
  settings!: unknown;

  /** No `@Field`: no route sets it or shows it. */
  @Column({ type: 'varchar', length: 40, nullable: true })
  stripeId!: string | null;
}
