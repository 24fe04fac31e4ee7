import { createApp } from './create-app.js';
import { settingsFrom } from './settings.js';

try {
  const settings = settingsFrom(process.env);
  const app = await createApp(settings);
  await app.listen(settings.port, settings.host);
  const places = [...(settings.production ? [] : ['mails: /outbox']), `API: ${settings.apiDocs}`];
  process.stdout.write(`\n${[`Notes is on ${settings.baseUrl}`, ...places].join(' · ')}\n\n`);
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  const mend = code === 'EADDRINUSE' ? 'This port is taken by another program. Set PORT, such as PORT=3001 npm start.' : '';
  process.stderr.write(`Notes could not start: ${message}\n${mend}\n`);
  // Not only the exit code: an open connection would keep the process alive.
  process.exit(1);
}
