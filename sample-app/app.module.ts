import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { type MailTransport, UsersModule, usersMigrations } from 'nestjs-users';
import { auditLog, auditLogSchema } from 'nestjs-users/audit-log';
import { nodemailerTransport } from 'nestjs-users/nodemailer';
import { AddCompany1790000000001 } from './migrations/add-company.migration.js';
import { CreateNotes1790000000002 } from './migrations/create-notes.migration.js';
import { NotesModule } from './notes/notes.module.js';
import { Outbox } from './outbox/outbox.js';
import { OutboxController } from './outbox/outbox.controller.js';
import type { Settings } from './settings.js';
import { DevelopmentSetupController, SetupController } from './setup/setup.controller.js';
import { AppUser } from './users/app-user.entity.js';
import { Frame } from './web/frame.js';

@Module({})
export class AppModule {
  static with(settings: Settings): DynamicModule {
    const outbox = new Outbox();
    return {
      module: AppModule,
      imports: [
        TypeOrmModule.forRoot({
          ...settings.database,
          autoLoadEntities: true,
          // Own columns on the users' table: so the host runs the library's migrations among his own, not `migrate: true`.
          migrations: [...usersMigrations, ...auditLogSchema().migrations, AddCompany1790000000001, CreateNotes1790000000002],
          migrationsRun: true,
        }),
        UsersModule.forRoot({
          user: AppUser,
          routes: true,
          apiKeys: { scopes: ['notes:read', 'notes:write'] },
          // In production nobody is first by chance: the log holds a link.
          registration: { firstUserIsAdmin: !settings.production, firstAdminLink: settings.production },
          // What happened to whom, for the pages of activity.
          extensions: [auditLog({ retention: '90d' })],
          mail: { appName: 'Notes', from: settings.mailFrom, baseUrl: settings.baseUrl, transport: transportTo(outbox, settings) },
        }),
        NotesModule,
      ],
      controllers: settings.production ? [SetupController] : [OutboxController, DevelopmentSetupController],
      providers: [
        { provide: Outbox, useValue: outbox },
        { provide: Frame, useValue: new Frame(!settings.production, settings.apiDocs) },
      ],
    };
  }
}

/** Keeps mails where a developer reads them, and sends them where there is a server for it. */
function transportTo(outbox: Outbox, { production, smtpUrl }: Settings): MailTransport {
  const send = smtpUrl === undefined ? undefined : nodemailerTransport({ url: smtpUrl });
  return async (mail, signal) => {
    if (!production) outbox.keep(mail);
    await send?.(mail, signal);
  };
}
