import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import type { ClientAddress } from '../../../index.js';
import { contract, type Make } from './contract-case.js';

/** Behind a platform that sets a header of its own and removes the client's, name that header. */
export type ClientAddressSubject = ClientAddress | { readonly address: ClientAddress; readonly trusts: readonly string[] };

const CLIENT = '203.0.113.7';
const FORGED = '198.51.100.66';
const HEADERS = [
  ...['x-forwarded-for', 'forwarded', 'x-real-ip', 'x-client-ip', 'x-cluster-client-ip', 'true-client-ip', 'client-ip', 'x-forwarded'],
  ...['cf-connecting-ip', 'cf-connecting-ipv6', 'fastly-client-ip', 'fly-client-ip', 'x-appengine-user-ip', 'x-azure-clientip', 'via'],
];
const ODD_REQUESTS: readonly object[] = [
  {},
  Object.create(null) as object,
  { headers: {} },
  { headers: undefined, socket: null, ip: undefined },
  { headers: { 'x-forwarded-for': ['a', 'b'] }, ip: 7, socket: { remoteAddress: {} } },
  { headers: {}, ip: 'unknown', socket: { remoteAddress: '' } },
  { headers: {}, ip: '203.0.113.7, 198.51.100.66', socket: {} },
  { headers: {}, ip: '[2001:db8::1]:443', socket: {} },
  { headers: {}, ip: 'x'.repeat(100_000), socket: {} },
];

/** What every {@link ClientAddress} keeps. */
export const clientAddressContract = contract<ClientAddressSubject>({
  'a client address is an IP address or null, for any request, and never an exception': async (make) => {
    const { address } = await partsOf(make);
    for (const request of [...ODD_REQUESTS, requestWith({})]) {
      const found = address.of(request);
      assert.ok(found === null || isIP(found) !== 0, `${String(found).slice(0, 60)} is no address`);
    }
  },
  'a client cannot choose its address': async (make) => {
    const { address, trusts } = await partsOf(make);
    const known = trusts.map((name) => name.toLowerCase());
    const honest = address.of(requestWith({}));
    for (const name of HEADERS.filter((header) => !known.includes(header))) {
      const value = name === 'forwarded' ? `for=${FORGED}` : FORGED;
      assert.equal(address.of(requestWith({ [name]: value })), honest, `${name} decides`);
    }
  },
  'the same request has the same address': async (make) => {
    const { address } = await partsOf(make);
    const request = requestWith({});
    assert.equal(address.of(request), address.of(request));
  },
});

async function partsOf(make: Make<ClientAddressSubject>): Promise<{ address: ClientAddress; trusts: readonly string[] }> {
  const subject = await make();
  return 'address' in subject ? subject : { address: subject, trusts: [] };
}

/** As Express and Fastify have it where no proxy is trusted. */
function requestWith(headers: Record<string, string>): object {
  const socket = { remoteAddress: CLIENT };
  return { method: 'GET', url: '/', headers, ip: CLIENT, ips: [], socket, connection: socket, raw: { headers, socket } };
}
