import { type PasswordResetService, type SessionsService, type UsersEvents, type UsersService } from 'nestjs-users';
import { type DataSource } from 'typeorm';

declare const users: UsersService;
declare const sessions: SessionsService;
declare const resets: PasswordResetService;
declare const events: UsersEvents;
declare const dataSource: DataSource;
