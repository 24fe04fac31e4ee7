import type { INestApplication } from '@nestjs/common';
import type { PasswordResetService, SessionsService, UsersService } from 'nestjs-users';
import { FakeClock, type Inbox, type UsersTestKit, usersTestKit } from 'nestjs-users/testing';
import { SessionTouches } from '../../lib/sessions/session-touches.js';
import { testDatabase, type TestDatabase } from '../support/database.js';

const FREE = { limit: 1_000_000 };

/** What the model knows of the options, in milliseconds where it is a time. */
export const RULES = {
  idle: 86_400_000,
  absolute: 259_200_000,
  most: 4,
  failures: 6,
  tries: 4,
  window: 600_000,
  confirm: 43_200_000,
  keys: 20,
} as const;

const OPTIONS = {
  sessions: { idleTimeout: '1d', absoluteTimeout: '3d', max: RULES.most },
  limits: {
    passwordChecks: FREE,
    failedChecksFromAddress: FREE,
    failedChecksAnywhere: { limit: RULES.tries, window: '10m' },
    consecutiveFailures: RULES.failures,
    mailsToAccount: FREE,
  },
} as const;

/** The library on a database of the run's engine, which can be stopped and started again. */
export class ModelApp {
  readonly clock = new FakeClock();
  private kit!: UsersTestKit;
  private app!: INestApplication;

  private constructor(private readonly database: TestDatabase) {}

  static async start(): Promise<ModelApp> {
    const app = new ModelApp(await testDatabase());
    await app.open();
    return app;
  }

  get users(): UsersService {
    return this.kit.users;
  }

  get sessions(): SessionsService {
    return this.kit.sessions;
  }

  get resets(): PasswordResetService {
    return this.kit.resets;
  }

  get inbox(): Inbox {
    return this.kit.inbox;
  }

  settled(): Promise<void> {
    return this.kit.settled();
  }

  /** What a timer of the process does once a minute: the fake clock moves no timers. */
  async writeUses(): Promise<void> {
    await this.app.get(SessionTouches, { strict: false }).write();
  }

  async restart(): Promise<void> {
    await this.kit.close();
    await this.open();
  }

  /** Nobody is there any more. */
  async wipe(): Promise<void> {
    await this.settled();
    await this.writeUses();
    for (const table of ['auth_users', 'auth_attempts', 'auth_state']) await this.kit.dataSource.query(`DELETE FROM ${table}`);
    this.inbox.clear();
  }

  async close(): Promise<void> {
    await this.kit.close();
    await this.database.drop();
  }

  private async open(): Promise<void> {
    const { clock } = this;
    this.kit = usersTestKit({ database: this.database.options, clock, options: OPTIONS });
    this.app = await this.kit.serve({ listen: false });
  }
}
