import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

@Entity('notes')
export class Note {
  @PrimaryGeneratedColumn() id!: number;
  @Column('varchar', { length: 36 }) userId!: string;
  @Column('varchar', { length: 2000 }) text!: string;
}
