import { BaseUser, Field } from 'nestjs-users';
import { Column, Entity } from 'typeorm';

@Entity('auth_users')
export class AppUser extends BaseUser {
  @Field({ set: ['registration', 'self'], show: ['self', 'admin'] })
  @Column({ length: 80, default: '' })
  company!: string;

  @Column({ type: 'varchar', nullable: true })
  stripeId!: string | null;

  label(): string {
    return `${this.username ?? ''} (${this.company})`;
  }
}

declare module 'nestjs-users' {
  interface Register {
    user: AppUser;
    permissions: 'note:read' | 'note:write';
  }
}
