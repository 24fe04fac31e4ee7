import { type CreateUserInput, PasswordResetService, UsersService } from '../../../index.js';
import { Database } from '../../../extend.js';
import type { Call, Command } from '../command.js';
import { usageFault } from '../command-fault.js';
import { printLink } from '../reset-link.js';
import { askNewPassword } from '../terminal.js';
import { withUsersApp } from '../users-app.js';

export const createAdmin: Command = {
  name: 'create-admin',
  summary: 'Makes an administrator, with a password typed here or a one-time link to choose one.',
  usage: '[--username NAME] [--email ADDRESS] [--display-name NAME] [--link [--base-url URL]]',
  options: {
    username: { type: 'string' },
    email: { type: 'string' },
    'display-name': { type: 'string' },
    link: { type: 'boolean' },
    'base-url': { type: 'string' },
  },
  takesWhom: false,

  async run(call) {
    const who = identityOf(call);
    const password = call.flag('link') ? undefined : await askNewPassword(call.terminal);
    return withUsersApp(call, async (app) => {
      const users = app.get(UsersService, { strict: false });
      if (password !== undefined) await users.create({ ...who, password });
      else {
        const resets = app.get(PasswordResetService, { strict: false });
        const { dataSource } = app.get(Database, { strict: false });
        // Both or nothing: an administrator without a way in would stand in the way of the next try.
        const issued = await dataSource.transaction(async (manager) => {
          const { id } = await users.within(manager).create(who);
          return resets.within(manager).issue(id);
        });
        printLink(app, issued, call.terminal);
      }
      call.terminal.stderr.write(`${who.username ?? who.email ?? ''} is an administrator.\n`);
      return 0;
    });
  },
};

function identityOf(call: Call): CreateUserInput {
  const [username, email, displayName] = [call.text('username'), call.text('email'), call.text('display-name')];
  if (username === undefined && email === undefined) throw usageFault('create-admin: say who it is, by --username, --email or both.');
  return {
    ...(username !== undefined && { username }),
    ...(email !== undefined && { email }),
    ...(displayName !== undefined && { displayName }),
    isAdmin: true,
    // Whoever has the database's password vouches for the address.
    emailConfirmed: email !== undefined,
  };
}
