// Each of these must not compile. An expected error that does not come is an error itself, so this file fails when one begins to.
import { Controller, Get } from '@nestjs/common';
import { CurrentUser, defineRoles, Field, RequirePermission, type SessionsService, UsersModule, type UsersService } from 'nestjs-users';
import { AppUser } from './app-user.entity.js';

// @ts-expect-error a number does not say its unit
UsersModule.forRoot({ sessions: { idleTimeout: 3600 } });
// @ts-expect-error no such unit
UsersModule.forRoot({ sessions: { idleTimeout: '10 days' } });
// @ts-expect-error no such option
UsersModule.forRoot({ session: { idleTimeout: '10d' } });
// @ts-expect-error a user class extends BaseUser
UsersModule.forRoot({ user: class Stranger {} });
// @ts-expect-error what a factory returns is checked too
UsersModule.forRootAsync({ useFactory: () => ({ sessions: { idleTimeout: 3600 } }) });

export class Fields extends AppUser {
  // @ts-expect-error no such setter
  @Field({ set: ['everybody'] })
  plan!: string;
}

@Controller()
export class WrongController {
  // @ts-expect-error no such field of the user
  @Get() plan(@CurrentUser('plan') plan: string) {
    return plan;
  }

  @Get('me') me(@CurrentUser() user: CurrentUser) {
    // @ts-expect-error a user carries no hash
    return user.passwordHash;
  }
}

// @ts-expect-error no such permission
defineRoles({ editor: ['note:wirte'] });

@Controller()
export class WrongRightsController {
  // @ts-expect-error no such permission
  @RequirePermission('note:wirte')
  @Get()
  get(): void {}
}

export async function wrongCalls(users: UsersService, sessions: SessionsService): Promise<void> {
  // @ts-expect-error not a reference to a user
  await users.find({ name: 'ann' });
  // @ts-expect-error find gives null too
  (await users.find('id')).label();
  // @ts-expect-error no such permission
  await users.setPermissions('id', ['note:wirte']);
  // @ts-expect-error everybody is said, not implied
  await sessions.endAll({});
}
