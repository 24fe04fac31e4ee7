import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation, type ValueTransformer } from 'typeorm';
import { AppUser } from '../users/app-user.entity.js';

/** Milliseconds in the row, a `Date` in code: no engine and no time zone can read it differently. */
const instant: ValueTransformer = {
  to: (date: Date) => date.getTime(),
  from: (milliseconds: string | number) => new Date(Number(milliseconds)),
};

/** Something that a user wrote. It goes with its user: the foreign key cascades. */
@Entity('notes')
@Index('notes_userId', ['userId'])
export class Note {
  @PrimaryGeneratedColumn({ type: 'integer', primaryKeyConstraintName: 'notes_pk' })
  id!: number;

  @Column({ type: 'uuid' })
  userId!: string;

  @ManyToOne(() => AppUser, { onDelete: 'CASCADE', nullable: false })
  @JoinColumn({ name: 'userId', foreignKeyConstraintName: 'notes_userId_fk' })
  user?: Relation<AppUser>;

  @Column({ type: 'text' })
  text!: string;

  @Column({ type: 'bigint', transformer: instant })
  createdAt!: Date;
}
