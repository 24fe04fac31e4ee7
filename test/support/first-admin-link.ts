import { FirstAdminLink } from '../../lib/registration/first-admin-link.js';
import type { HostApp } from './host-app.js';

/** The token of a new link for the first administrator, as a start would log it. */
export async function linkIn(host: HostApp): Promise<string> {
  const url = await host.app.get(FirstAdminLink).issue();
  const token = /#token=(.+)$/.exec(url ?? '')?.[1];
  if (token === undefined) throw new Error('There is an administrator already, or was.');
  return decodeURIComponent(token);
}
