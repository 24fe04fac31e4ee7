import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { UsersModule } from 'nestjs-users';
import { AppUser } from './app-user.entity.js';
import { NotesController, NotesService } from './notes.controller.js';

@Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'better-sqlite3', database: 'data.sqlite', autoLoadEntities: true }),
    UsersModule.forRoot({ routes: true, migrate: true, user: AppUser, sessions: { idleTimeout: '10d', absoluteTimeout: '30d' } }),
  ],
  controllers: [NotesController],
  providers: [NotesService],
})
export class AppModule {}

@Module({ imports: [UsersModule.forRoot({ database: { type: 'better-sqlite3', database: 'users.sqlite' } })] })
export class OwnDatabaseModule {}

@Module({
  imports: [
    UsersModule.forRootAsync({
      user: AppUser,
      inject: [NotesService],
      useFactory: (_notes: NotesService) => ({ registration: { open: false } }),
    }),
  ],
})
export class AsyncModule {}
