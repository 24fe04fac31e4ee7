import { HostApp, type HostOptions } from './host-app.js';

/** Starts an app that takes itself for production. */
export function startInProduction(options: HostOptions): Promise<HostApp> {
  return HostApp.start({ ...options, around: inProduction });
}

async function inProduction<T>(start: () => Promise<T>): Promise<T> {
  const before = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  try {
    return await start();
  } finally {
    process.env['NODE_ENV'] = before;
  }
}
