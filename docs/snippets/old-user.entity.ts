import { Column, CreateDateColumn, Entity, PrimaryGeneratedColumn } from 'typeorm';

@Entity('users')
export class OldUser {
  @PrimaryGeneratedColumn() id!: number;
  @Column('varchar', { length: 100, unique: true }) username!: string;
  @Column('varchar', { length: 200 }) email!: string;
  @Column('varchar', { length: 200 }) password!: string;
  @CreateDateColumn() createdAt!: Date;
}
