import { type INestApplicationContext, type LoggerService, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { InvalidOptionsError, Notifier, type RuntimeOptions, UsersModule, usersOptionsFromEnv } from '../../index.js';
import type { Call } from './command.js';
import { CommandFault, EXIT } from './command-fault.js';
import { reasonOf } from './fault-of.js';

@Module({})
class CommandLineModule {}

/** Nobody waits here to retry a mail: what a command changes, its caller tells the person. */
class NoNotifier extends Notifier {
  override notify(): Promise<void> {
    return Promise.resolve();
  }
}

/**
 * Runs a task with the library's own services, as an app would have them: the same policy, hashing, units of work and events. Options come
 * from the environment (`USERS_PASSWORDS_MIN_LENGTH` ...); nothing is migrated.
 *
 * @throws InvalidOptionsError with each fault of the options and the tables; CommandFault when there is no connection.
 */
export async function withUsersApp<T>(
  call: Call,
  task: (app: INestApplicationContext) => Promise<T>,
  logger: LoggerService | false = false,
): Promise<T> {
  const app = await open(call, logger);
  try {
    return await task(app);
  } finally {
    await app.close();
  }
}

async function open(call: Call, logger: LoggerService | false): Promise<INestApplicationContext> {
  const { database, space } = call;
  const users = UsersModule.forRoot({
    ...runtimeOptions(call),
    database: database.options,
    space,
    migrate: false,
    passport: false,
    ports: { notifier: new NoNotifier() },
  });
  try {
    return await NestFactory.createApplicationContext({ module: CommandLineModule, imports: [users] }, { logger, abortOnError: false });
  } catch (error) {
    if (error instanceof InvalidOptionsError) throw error;
    throw new CommandFault(EXIT.unavailable, `The database ${database.shown} does not answer: ${reasonOf(error)}`);
  }
}

function runtimeOptions(call: Call): RuntimeOptions {
  const baseUrl = call.text('base-url');
  // Nobody would read it, and of the links that count it would push out one that somebody has.
  const registration = { firstAdminLink: false };
  return usersOptionsFromEnv('USERS_', { registration, ...(baseUrl !== undefined && { mail: { baseUrl } }) });
}
