import { describe, expect, it } from 'vitest';
import { format } from '../network/ip/address.ts';
import { Interface } from './interface.ts';
import { OwnAddresses, ownAddress } from './own-addresses.ts';
import { chooseSource } from './source-address.ts';
import { address, mac, prefix } from './test-bench.ts';

const [eth0, eth1] = [0, 1].map((i) => new Interface(i, { name: `eth${i}`, hardware: mac(i) })) as [
  Interface,
  Interface,
];

function choose(own: readonly string[], destination: string, nextHop = destination) {
  const addresses = new OwnAddresses();
  for (const text of own) {
    const [where = '', state = 'preferred', device = '0'] = text.split(' ');
    const { address: one, length } = prefix(where);
    const on = device === '0' ? eth0 : eth1;
    addresses.add(ownAddress(one, length, on, state as 'preferred'));
  }
  const chosen = chooseSource(addresses, eth0, address(destination), address(nextHop));
  return chosen && format(chosen);
}

describe('the source of a datagram (RFC 6724 §5)', () => {
  it.each<[string, string[], string, string, string | undefined]>([
    ['is the only one', ['192.0.2.1/24'], '203.0.113.1', '192.0.2.9', '192.0.2.1'],
    [
      'is the one on the network of the next hop',
      ['192.0.2.1/24', '10.0.0.1/8'],
      '203.0.113.1',
      '10.9.9.9',
      '10.0.0.1',
    ],
    ['is of the same version', ['192.0.2.1/24'], '2001:db8::1', '2001:db8::1', undefined],
    [
      'is link-local to a link-local one (rule 2)',
      ['2001:db8::1/64', 'fe80::1/64'],
      'fe80::2',
      'fe80::2',
      'fe80::1',
    ],
    [
      'is global to a global one (rule 2)',
      ['fe80::1/64', '2001:db8::1/64'],
      '2001:db8:9::1',
      'fe80::9',
      '2001:db8::1',
    ],
    [
      'is link-local to a group of the link',
      ['2001:db8::1/64', 'fe80::1/64'],
      'ff02::1',
      'ff02::1',
      'fe80::1',
    ],
    [
      'is not deprecated (rule 3)',
      ['2001:db8::1/64 deprecated', '2001:db8::2/64'],
      '2001:db8::1:9',
      '2001:db8::1:9',
      '2001:db8::2',
    ],
    [
      'is a deprecated one when there is no other',
      ['2001:db8::1/64 deprecated'],
      '2001:db8::9',
      '2001:db8::9',
      '2001:db8::1',
    ],
    ['is never tentative', ['2001:db8::1/64 tentative'], '2001:db8::9', '2001:db8::9', undefined],
    [
      'has the longest prefix in common (rule 8)',
      ['2001:db8:1::1/64', '2001:db8:2::1/64'],
      '2001:db8:2:5::1',
      'fe80::1',
      '2001:db8:2::1',
    ],
    [
      'is that of another interface when this has none',
      ['10.0.0.1/8 preferred 1'],
      '192.0.2.1',
      '192.0.2.1',
      '10.0.0.1',
    ],
    [
      "is no other link's link-local one",
      ['fe80::1/64 preferred 1'],
      '2001:db8::1',
      '2001:db8::1',
      undefined,
    ],
    [
      'is the destination if it is ours (rule 1)',
      ['2001:db8::1/64', '2001:db8::2/64'],
      '2001:db8::2',
      '2001:db8::2',
      '2001:db8::2',
    ],
  ])('%s', (_what, own, destination, nextHop, expected) => {
    expect(choose(own, destination, nextHop)).toBe(expected);
  });
});
