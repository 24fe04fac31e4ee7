import { describe, expect, it } from '@jest/globals';
import { networkOf } from '../../../lib/rate-limits/network-of.js';

describe('networkOf', () => {
  it.each([
    ['198.51.100.4', '198.51.100.4'],
    ['0.0.0.0', '0.0.0.0'],
    [' 198.51.100.4 ', '198.51.100.4'],
  ])('leaves an IPv4 address as it is: %s', (ip, network) => expect(networkOf(ip)).toBe(network));

  it.each([
    '::ffff:198.51.100.4',
    '::FFFF:198.51.100.4',
    '::ffff:c633:6404',
    '0:0:0:0:0:ffff:198.51.100.4',
    '0000:0000:0000:0000:0000:FFFF:C633:6404',
  ])('takes an IPv4-mapped address for the IPv4 address in it [B-49]: %s', (ip) => expect(networkOf(ip)).toBe('198.51.100.4'));

  it('keeps two IPv4 clients of a dual-stack server apart [B-50]', () => {
    expect(networkOf('::ffff:198.51.100.4')).not.toBe(networkOf('::ffff:198.51.100.5'));
  });

  it.each([
    '2001:db8:1:2::1',
    '2001:DB8:1:2::1',
    '2001:0db8:0001:0002:0000:0000:0000:0001',
    '2001:db8:1:2:ffff:ffff:ffff:ffff',
    '2001:db8:1:2:3:4:198.51.100.4',
    '2001:db8:1:2::1%eth0',
    '2001:db8:1:2::',
  ])('counts one /64 as one client, however it is spelt [B-49]: %s', (ip) => expect(networkOf(ip)).toBe('2001:db8:1:2::/64'));

  it.each([
    ['2001:db8:1:3::1', '2001:db8:1:3::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::198.51.100.4', '0:0:0:0::/64'],
    ['::ffff:0:198.51.100.4', '0:0:0:0::/64'],
    ['1::ffff:198.51.100.4', '1:0:0:0::/64'],
  ])('gives %s its own network', (ip, network) => expect(networkOf(ip)).toBe(network));

  it.each([
    null,
    undefined,
    '',
    'unknown',
    '_hidden',
    'a',
    '198.51.100.4:8080',
    '[2001:db8::1]',
    '198.51.100.04',
    '198.51.100',
    '2001:db8::1::2',
    '1:2:3:4:5:6:7:8:9',
    '0x7f.1',
    '198.51.100.4, 203.0.113.9',
    '198.51.100.4\r\nX: y',
    'x'.repeat(100_000),
    ['198.51.100.4'],
    { ip: 1 },
    7,
  ])('puts whatever is no address into one shared bucket [B-46] [B-48]', (ip) => expect(networkOf(ip as string)).toBe('unknown'));
});
