import { Logger, type LoggerService } from '@nestjs/common';

/** Takes what Nest's loggers write from now on; each line begins with its level. */
export function captureLog(): string[] {
  const lines: string[] = [];
  const take = (level: string) => (message: unknown) => void lines.push(`${level} ${String(message)}`);
  const logger: LoggerService = {
    log: take('log'),
    warn: take('warn'),
    error: take('error'),
    debug: take('debug'),
    verbose: take('verbose'),
  };
  Logger.overrideLogger(logger);
  return lines;
}
