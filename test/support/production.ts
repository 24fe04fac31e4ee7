import { HostApp, type HostOptions } from './host-app.js';

/** Starts an app that takes itself for production; the cheap hasher, which refuses to exist there, is made a moment before. */
export async function startInProduction({ connection = (same) => same, ...options }: HostOptions): Promise<HostApp> {
  const before = process.env['NODE_ENV'];
  try {
    return await HostApp.start({
      ...options,
      connection: (database) => {
        process.env['NODE_ENV'] = 'production';
        return connection(database);
      },
    });
  } finally {
    process.env['NODE_ENV'] = before;
  }
}
