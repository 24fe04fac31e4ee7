import { BadRequestException, Injectable, NotFoundException } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { LessThan, Repository, type FindOptionsWhere } from 'typeorm';
import { noteIdOf, noteTextOf } from './note-body.js';
import { Note } from './note.entity.js';

const PAGE = 100;

/** A note as its reader gets it. */
export interface NoteView {
  readonly id: number;
  readonly userId: string;
  readonly text: string;
  readonly createdAt: Date;
}

/** Notes, newest first, at most a hundred at a time: `before` is the id of the last one seen. */
@Injectable()
export class NotesService {
  constructor(@InjectRepository(Note) private readonly notes: Repository<Note>) {}

  async of(userId: string, before?: string): Promise<NoteView[]> {
    return (await this.newest({ userId, ...olderThan(before) })).map(viewOf);
  }

  /** Everybody's, with the name of whoever wrote them. */
  async all(before?: string): Promise<(NoteView & { readonly author: string })[]> {
    const notes = await this.newest(olderThan(before), { user: true });
    return notes.map((note) => ({
      ...viewOf(note),
      author: note.user?.displayName ?? note.user?.username ?? note.user?.email ?? note.userId,
    }));
  }

  async add(userId: string, body: unknown): Promise<NoteView> {
    return viewOf(await this.notes.save(this.notes.create({ userId, text: noteTextOf(body), createdAt: new Date() })));
  }

  /** @throws NotFoundException when it is not there or not the user's own: one answer, so that nobody can probe. */
  async change(userId: string, id: string, body: unknown): Promise<NoteView> {
    const own = { id: existing(noteIdOf(id)), userId };
    await this.notes.update(own, { text: noteTextOf(body) });
    return viewOf(existing(await this.notes.findOneBy(own)));
  }

  /** @throws NotFoundException when it is not there or not the user's own. */
  async delete(userId: string, id: string): Promise<void> {
    const { affected } = await this.notes.delete({ id: existing(noteIdOf(id)), userId });
    existing(affected === 0 ? null : affected);
  }

  private newest(where: FindOptionsWhere<Note>, relations: { user?: true } = {}): Promise<Note[]> {
    return this.notes.find({ where, relations, order: { id: 'DESC' }, take: PAGE });
  }
}

function olderThan(before: string | undefined): FindOptionsWhere<Note> {
  if (before === undefined) return {};
  const id = noteIdOf(before);
  if (id === null) throw new BadRequestException('`before` must be the id of a note.');
  return { id: LessThan(id) };
}

function existing<T>(found: T | null): T {
  if (found === null) throw new NotFoundException('There is no such note.');
  return found;
}

function viewOf({ id, userId, text, createdAt }: Note): NoteView {
  return { id, userId, text, createdAt };
}
