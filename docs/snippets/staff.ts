import { BaseUser, defineUsers } from 'nestjs-users';
import { Entity } from 'typeorm';

@Entity('staff_users')
export class Staff extends BaseUser {}

export const staff = defineUsers({ name: 'staff', user: Staff, tablePrefix: 'staff_' });
