import { PasswordResetService, UsersService } from '../../../index.js';
import type { Command } from '../command.js';
import { usageFault } from '../command-fault.js';
import { printLink } from '../reset-link.js';
import { askNewPassword } from '../terminal.js';
import { withUsersApp } from '../users-app.js';
import { refOf } from '../whom.js';

export const setPassword: Command = {
  name: 'set-password',
  summary: "Sets somebody's password and ends his sessions, or prints a one-time link to choose one.",
  usage: 'WHO [--must-change] [--link [--base-url URL]]',
  options: { 'must-change': { type: 'boolean' }, link: { type: 'boolean' }, 'base-url': { type: 'string' } },
  takesWhom: true,

  async run(call) {
    const ref = refOf(call);
    const [isLink, mustChange] = [call.flag('link'), call.flag('must-change')];
    if (isLink && mustChange) throw usageFault('set-password: with --link he chooses the password himself; leave --must-change out.');
    const password = isLink ? undefined : await askNewPassword(call.terminal);
    return withUsersApp(call, async (app) => {
      if (password === undefined) {
        printLink(app, await app.get(PasswordResetService, { strict: false }).issue(ref), call.terminal);
        return 0;
      }
      await app.get(UsersService, { strict: false }).setPassword(ref, password, { mustChange });
      call.terminal.stderr.write('The password is set, and all sessions of the user have ended.\n');
      return 0;
    });
  },
};
