import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { UsersModule, usersMigrations } from 'nestjs-users';
import { nodemailerTransport } from 'nestjs-users/nodemailer';
import { AddCompany1790000000001 } from './migrations/add-company.migration.js';
import { CreateNotes1790000000002 } from './migrations/create-notes.migration.js';
import { NotesModule } from './notes/notes.module.js';
import { Outbox, type OutgoingMail } from './outbox/outbox.js';
import { OutboxController } from './outbox/outbox.controller.js';
import type { Settings } from './settings.js';
import { AppUser } from './users/app-user.entity.js';
import { Frame } from './web/frame.js';

@Module({})
export class AppModule {
  static with({ production, baseUrl, database, smtpUrl }: Settings): DynamicModule {
    const outbox = new Outbox();
    const smtp = smtpUrl === undefined ? undefined : nodemailerTransport({ url: smtpUrl });
    return {
      module: AppModule,
      imports: [
        TypeOrmModule.forRoot({
          ...database,
          autoLoadEntities: true,
          // Own columns on the users' table: so the host runs the library's migrations among his own, not `migrate: true`.
          migrations: [...usersMigrations, AddCompany1790000000001, CreateNotes1790000000002],
          migrationsRun: true,
        }),
        UsersModule.forRoot({
          user: AppUser,
          routes: true,
          registration: { firstUserIsAdmin: !production },
          mail: {
            from: 'Notes <notes@localhost>',
            baseUrl,
            transport: async (mail: OutgoingMail) => {
              if (!production) outbox.keep(mail);
              await smtp?.(mail);
            },
          },
        }),
        NotesModule,
      ],
      controllers: production ? [] : [OutboxController],
      providers: [
        { provide: Outbox, useValue: outbox },
        { provide: Frame, useValue: new Frame(!production) },
      ],
    };
  }
}
