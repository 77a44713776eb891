import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BROADCAST,
  format,
  formatColons,
  isBroadcast,
  isLocal,
  isMulticast,
  parse,
  sameAddress,
} from './address.ts';

const address = fc.uint8Array({ minLength: 6, maxLength: 6 });

describe('MAC address', () => {
  it('writes the example of IEEE 802-2014 §8.1 as the standard does', () => {
    const example = Uint8Array.of(0xac, 0xde, 0x48, 0x00, 0x00, 0x80);
    expect(format(example)).toBe('AC-DE-48-00-00-80');
    expect(formatColons(example)).toBe('ac:de:48:00:00:80');
  });

  it('reads back whatever it writes, in both forms', () => {
    fc.assert(
      fc.property(address, (octets) => {
        expect(parse(format(octets))).toEqual(octets);
        expect(parse(formatColons(octets))).toEqual(octets);
      }),
    );
  });

  it.each([
    ['nothing', ''],
    ['five octets', '02-00-00-00-00'],
    ['seven octets', '02-00-00-00-00-00-01'],
    ['mixed separators', '02-00:00-00-00-01'],
    ['no separators', '020000000001'],
    ['a digit that is none', '02-00-00-00-00-0g'],
    ['an octet of one digit', '2-0-0-0-0-1'],
    ['white space around', ' 02-00-00-00-00-01'],
    ['a line end behind', '02-00-00-00-00-01\n'],
  ])('reads no address from %s', (_name, text) => {
    expect(parse(text)).toBeUndefined();
  });

  it.each([
    ['broadcast', 'ff-ff-ff-ff-ff-ff', { multicast: true, broadcast: true, local: true }],
    ['all IPv4 hosts', '01-00-5e-00-00-01', { multicast: true, broadcast: false, local: false }],
    ['all IPv6 nodes', '33-33-00-00-00-01', { multicast: true, broadcast: false, local: true }],
    ['an assigned one', '00-08-dc-12-34-56', { multicast: false, broadcast: false, local: false }],
    ['a local one', '02-00-00-00-00-01', { multicast: false, broadcast: false, local: true }],
  ])('tells what %s is', (_name, text, expected) => {
    const octets = parse(text) ?? new Uint8Array();
    expect({
      multicast: isMulticast(octets),
      broadcast: isBroadcast(octets),
      local: isLocal(octets),
    }).toEqual(expected);
  });

  it('compares all six octets', () => {
    expect(sameAddress(BROADCAST, new Uint8Array(6).fill(255))).toBe(true);
    for (let i = 0; i < 6; i++) expect(sameAddress(BROADCAST, BROADCAST.with(i, 0))).toBe(false);
  });
});
