import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../base/octets.ts';
import { asPacket, newPacket } from '../../../base/packet.ts';
import {
  EXTENSION,
  FRAGMENT_HEADER_LENGTH,
  fragmentIdentification,
  fragmentNextHeader,
  fragmentOffset,
  isProblem,
  moreFragments,
  offsetOf,
  PROBLEM,
  problemOf,
  protocolOf,
  walk,
  writeFragmentHeader,
} from './extension.ts';
import { encode } from './header.ts';

const UDP = 17;
const HEADROOM = 6;

/** Walks a packet whose header names `first` and whose payload is `payload`, somewhere in a buffer. */
function walked(first: number, payload: Uint8Array) {
  const address = new Uint8Array(16);
  const octets = encode({
    trafficClass: 0,
    flowLabel: 0,
    nextHeader: first,
    hopLimit: 64,
    source: address,
    destination: address,
    payload,
  });
  const p = newPacket(HEADROOM + octets.length);
  p.octets.set(octets, HEADROOM);
  return walk(p, HEADROOM, HEADROOM + octets.length);
}

const hex = (text: string) => fromHex(text) ?? new Uint8Array();

describe('IPv6 extension headers (RFC 8200 §4)', () => {
  it.each<[string, number, string, number, number]>([
    ['none', UDP, '04d20035', UDP, 40],
    ['hop-by-hop options that pad', 0, '1100 0104 00000000', UDP, 48],
    ['a router alert (RFC 2711)', 0, '3a00 0502 0000 0100', 58, 48],
    ['six octets of Pad1', 60, '1100 000000000000', UDP, 48],
    ['an unknown option to be passed over', 60, '1100 1e04 00000000', UDP, 48],
    ['an options header of 16 octets', 60, '1101 010c 000000000000000000000000', UDP, 56],
    ['a routing header with no segments left', 43, '1100 0400 00000000', UDP, 48],
    [
      'all of them, in the order of §4.1',
      0,
      '3c00010400000000 2b00010400000000 3c00040000000000 0600010400000000',
      6,
      72,
    ],
    ['a fragment header, where it stops', 0, '2c00010400000000 1100000100000007', 44, 48],
    ['no next header', 60, '3b00010400000000', EXTENSION.noNextHeader, 48],
    ['ESP, which nobody sees through', 50, '00000000', 50, 40],
  ])('past %s', (_name, first, payload, protocol, offset) => {
    const end = walked(first, hex(payload));
    expect(isProblem(end)).toBe(false);
    expect([protocolOf(end), offsetOf(end)]).toEqual([protocol, offset]);
  });

  it.each<[string, number, string, number, number]>([
    ['a header cut short', 0, '11000104000000', PROBLEM.truncated, 40],
    ['a length past the end', 0, '1101010400000000', PROBLEM.truncated, 40],
    ['hop-by-hop options behind others', 60, '0000010400000000', PROBLEM.nextHeader, 48],
    ['a type 0 routing header (RFC 5095)', 43, '1100000100000000', PROBLEM.field, 42],
    ['an option past its header', 60, '1100010500000000', PROBLEM.field, 43],
    ['an option without its length', 60, '1100000000000001', PROBLEM.field, 47],
    ['a router alert of four octets', 0, '1100050400000000', PROBLEM.field, 43],
    ['an option that says discard', 60, '11005e0400000000', PROBLEM.optionDiscard, 42],
    ['an option that says report', 60, '11009e0400000000', PROBLEM.optionReport, 42],
    ['an option that says report unicast', 60, '1100de0400000000', PROBLEM.optionReportUnicast, 42],
    ['nine headers', 60, `${'3c00010400000000'.repeat(8)}1100010400000000`, PROBLEM.tooMany, 104],
  ])('stops at %s', (_name, first, payload, problem, offset) => {
    const end = walked(first, hex(payload));
    expect(isProblem(end)).toBe(true);
    expect([problemOf(end), offsetOf(end)]).toEqual([problem, offset]);
  });

  it('ends within the packet and never throws, whatever arrives', () => {
    const first = fc.constantFrom(0, 43, 60);
    const octet = fc.oneof(fc.constantFrom(0, 1, 5, 43, 60), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(first, fc.array(octet, { maxLength: 80 }), (protocol, octets) => {
        const end = walked(protocol, Uint8Array.from(octets));
        expect(offsetOf(end)).toBeLessThanOrEqual(40 + octets.length);
        if (!isProblem(end)) expect([0, 43, 60]).not.toContain(protocolOf(end));
      }),
      { numRuns: 1000 },
    );
  });

  it('reads and writes the fragment header', () => {
    const p = asPacket(hex('ffff 2c00 05a9 01020304'));
    expect(fragmentNextHeader(p, 2)).toBe(44);
    expect(fragmentOffset(p, 2)).toBe(1448);
    expect(moreFragments(p, 2)).toBe(true);
    expect(fragmentIdentification(p, 2)).toBe(0x01020304);
    const q = newPacket(FRAGMENT_HEADER_LENGTH);
    writeFragmentHeader(q, 0, 44, 1448, true, 0x01020304);
    expect(toHex(q.octets)).toBe('2c0005a901020304');
    writeFragmentHeader(q, 0, 17, 0, false, 1);
    expect(toHex(q.octets)).toBe('1100000000000001');
  });
});
