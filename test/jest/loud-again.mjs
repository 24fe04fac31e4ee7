import { ConsoleLogger, Logger } from '@nestjs/common';

// Nest keeps one logger for the process: who began an app with `logger: false` has silenced whatever comes behind him.
Logger.overrideLogger(new ConsoleLogger());
Logger.overrideLogger(['log', 'error', 'warn', 'debug', 'verbose', 'fatal']);
