import { Controller, Get, Injectable, Post, UseGuards } from '@nestjs/common';
import {
  AdminOnly,
  CurrentSession,
  CurrentUser,
  OptionalSession,
  PasswordResetService,
  RequirePermission,
  SessionGuard,
  SessionsService,
  UsersService,
} from 'nestjs-users';
import { type AppUser } from './app-user.entity.js';

@Injectable()
export class NotesService {
  constructor(
    private readonly users: UsersService,
    private readonly sessions: SessionsService,
    private readonly resets: PasswordResetService,
  ) {}

  of(userId: string): string[] {
    return [userId];
  }

  all(): string[] {
    return [];
  }

  async labelOf(id: string): Promise<string | undefined> {
    const user: AppUser | null = await this.users.find({ username: 'ann' });
    return user?.label() ?? (await this.users.findOrFail(id)).company;
  }

  async companyBehind(token: string): Promise<string> {
    const { user } = await this.sessions.authenticate(token);
    return user.company;
  }

  async promote(id: string): Promise<void> {
    await this.users.setPermissions(id, ['note:read', 'users.read']);
  }

  async forgot(login: string): Promise<void> {
    await this.resets.request(login);
  }
}

@Controller('notes')
@UseGuards(SessionGuard)
export class NotesController {
  constructor(private readonly notes: NotesService) {}

  @Get()
  mine(@CurrentUser() user: CurrentUser): string[] {
    return this.notes.of(user.id).concat(user.company, user.label());
  }

  @Get('session')
  session(@CurrentSession() session: CurrentSession): string {
    return session.id;
  }

  @Post()
  @RequirePermission('note:write', 'users.read')
  write(): void {}

  @Get('all')
  @AdminOnly()
  all(): string[] {
    return this.notes.all();
  }

  @Get('greeting')
  @OptionalSession()
  greeting(@CurrentUser() user: CurrentUser | null): string {
    return user === null ? 'Hello, stranger' : `Hello, ${user.label()}`;
  }
}
