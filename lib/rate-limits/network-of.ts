import { isIPv4, isIPv6 } from 'node:net';

const GROUPS = 8;
const NETWORK_GROUPS = 4;
const UNKNOWN = 'unknown';

/**
 * Whom an address belongs to, for counting: an IPv4 address stands for itself, also when it is written as IPv4-mapped IPv6 (RFC 4291,
 * 2.5.5.2); an IPv6 address stands for its /64, since one subscriber owns all of it and could change address with each try.
 *
 * @returns one shared `'unknown'` for `null` and for whatever is no address: nobody escapes a limit by sending nonsense.
 */
export function networkOf(ip: string | null): string {
  if (typeof ip !== 'string') return UNKNOWN;
  // The zone says which of our own interfaces it came by (RFC 4007), nothing about who sent it.
  const address = ip.trim().replace(/%.*$/s, '');
  if (isIPv4(address)) return address;
  return isIPv6(address) ? networkOfGroups(groupsOf(address)) : UNKNOWN;
}

function networkOfGroups(groups: readonly number[]): string {
  const [high = 0, low = 0] = groups.slice(-2);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (isMapped) return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
  const network = groups.slice(0, NETWORK_GROUPS).map((group) => group.toString(16));
  return `${network.join(':')}::/64`;
}

/** The eight numbers of a valid IPv6 address, whatever its spelling. */
function groupsOf(address: string): number[] {
  const [head = '', tail] = address.split('::');
  const before = numbersOf(head);
  const behind = numbersOf(tail ?? '');
  return [...before, ...Array<number>(GROUPS - before.length - behind.length).fill(0), ...behind];
}

function numbersOf(part: string): number[] {
  if (part === '') return [];
  return part.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [(a << 8) | b, (c << 8) | d];
  });
}
