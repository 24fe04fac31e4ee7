import type { INestApplicationContext } from '@nestjs/common';
import { MailSettings } from '../../extend.js';
import type { IssuedToken } from '../../index.js';
import type { Terminal } from './terminal.js';

/** Prints the one secret that was asked for, alone on the standard output, and what it is on the other. */
export function printLink(app: INestApplicationContext, { token, expiresAt }: IssuedToken, { stdout, stderr }: Terminal): void {
  const { urls, origin } = app.get(MailSettings, { strict: false });
  const what = origin === null ? 'Token for POST /auth/password/reset/confirm (with --base-url it is a link)' : 'Link';
  stderr.write(`${what}; it works once, until ${expiresAt.toISOString()}:\n`);
  stdout.write(origin === null ? `${token}\n` : `${urls.reset}#token=${encodeURIComponent(token)}\n`);
}
