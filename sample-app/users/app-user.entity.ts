import { BaseUser, Field } from 'nestjs-users';
import { Column, Entity } from 'typeorm';

/** Our user: what the library knows of one, and a company. */
@Entity('auth_users')
export class AppUser extends BaseUser {
  @Field({ set: ['registration', 'self'], show: ['self', 'admin'], label: 'Company' })
  @Column({ type: 'varchar', length: 80, default: '' })
  company!: string;
}

declare module 'nestjs-users' {
  interface Register {
    user: AppUser;
  }
}
