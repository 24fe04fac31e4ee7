import { SessionsService, UsersService } from '../../../index.js';
import type { Command } from '../command.js';
import { usageFault } from '../command-fault.js';
import { withUsersApp } from '../users-app.js';
import { refOf } from '../whom.js';

export const endAll: Command = {
  name: 'end-all',
  summary: "Ends all sessions of a user, or everybody's.",
  usage: 'WHO | --everyone',
  options: { everyone: { type: 'boolean' } },
  takesWhom: true,

  async run(call) {
    const everyone = call.flag('everyone');
    if (everyone === (call.whom !== undefined)) throw usageFault('end-all: say either whose sessions end, or --everyone.');
    return withUsersApp(call, async (app) => {
      const sessions = app.get(SessionsService, { strict: false });
      const whose = everyone
        ? ({ everyone: true } as const)
        : { userId: (await app.get(UsersService, { strict: false }).findOrFail(refOf(call))).id };
      const count = await sessions.endAll(whose);
      call.terminal.stderr.write(`${String(count)} ${count === 1 ? 'session has' : 'sessions have'} ended.\n`);
      return 0;
    });
  },
};
