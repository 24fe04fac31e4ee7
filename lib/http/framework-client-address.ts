import { isIP } from 'node:net';
import { Injectable, Logger } from '@nestjs/common';
import { ClientAddress } from './client-address.port.js';

interface AddressedRequest {
  readonly ip?: unknown;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly socket?: { readonly remoteAddress?: unknown } | null;
}

/**
 * The framework's `request.ip`. It is the socket's address unless the host told the framework which proxies to trust; we read no
 * forwarding header for the address ourselves (CVE-2023-36456). What a trusted proxy passed on may still be no address, then the socket's counts.
 */
@Injectable()
export class FrameworkClientAddress extends ClientAddress {
  private readonly logger = new Logger('UsersHttp');
  private isTold = false;

  override of(request: object): string | null {
    const { ip, socket, headers } = request as AddressedRequest;
    const [told, seen] = [addressOf(ip), addressOf(socket?.remoteAddress)];
    if (!this.isTold && told === seen && headers?.['x-forwarded-for'] !== undefined) this.tell();
    return told ?? seen;
  }

  /** Once: whoever sends the header himself must not fill the log. */
  private tell(): void {
    this.isTold = true;
    this.logger.warn(
      "A request came with X-Forwarded-For, but the framework trusts no proxy that sent it. If the app is behind one, everybody behind it counts as one client: name the proxy, with app.set('trust proxy', '10.0.0.0/8') on Express or new FastifyAdapter({ trustProxy: '10.0.0.0/8' }). If it is not, this is nothing but a stranger's header.",
    );
  }
}

function addressOf(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  // The zone of a link-local address names the server's own network card; a dual-stack socket shows IPv4 as IPv6.
  const address = value.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '');
  return isIP(address) === 0 ? null : address;
}
