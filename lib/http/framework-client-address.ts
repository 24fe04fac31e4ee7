import { isIP } from 'node:net';
import { Injectable } from '@nestjs/common';
import { ClientAddress } from './client-address.port.js';

interface AddressedRequest {
  readonly ip?: unknown;
  readonly socket?: { readonly remoteAddress?: unknown } | null;
}

/**
 * The framework's `request.ip`. It is the socket's address unless the host told the framework which proxies to trust; we read no
 * forwarding header ourselves (CVE-2023-36456). What a trusted proxy passed on may still be no address, then the socket's counts.
 */
@Injectable()
export class FrameworkClientAddress extends ClientAddress {
  override of(request: object): string | null {
    const { ip, socket } = request as AddressedRequest;
    return addressOf(ip) ?? addressOf(socket?.remoteAddress);
  }
}

function addressOf(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  // The zone of a link-local address names the server's own network card; a dual-stack socket shows IPv4 as IPv6.
  const address = value.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '');
  return isIP(address) === 0 ? null : address;
}
