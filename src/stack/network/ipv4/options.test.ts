import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../base/octets.ts';
import { asPacket, newPacket } from '../../../base/packet.ts';
import { address, parse, UNSPECIFIED } from './address.ts';
import {
  decode,
  encode,
  find,
  findFault,
  hasSourceRoute,
  NO_FAULT,
  OPTION,
  record,
  writeCopied,
} from './options.ts';

const hex = (text: string) => fromHex(text) ?? new Uint8Array();
const packet = (text: string) => asPacket(hex(text));
const HERE = parse('192.0.2.1') ?? UNSPECIFIED;

describe('IPv4 options', () => {
  it.each([
    ['nothing', '', []],
    ['no operations', '01010101', []],
    ['a router alert (RFC 2113)', '94040000', [[148, '0000']]],
    ['a record route with one free slot', '070704 00000000 00', [[7, '0400000000']]],
    ['a full record route', '070708 c0000201 00', [[7, '08c0000201']]],
    ['a loose source route', '8307 04 c0000202 00', [[131, '04c0000202']]],
    ['a strict source route', '8907 04 c0000202 00', [[137, '04c0000202']]],
    ['timestamps only', '44080500 00000000', [[68, '050000000000']]],
    ['what follows the end, as padding', '94040000 00ffffff', [[148, '0000']]],
    ['an unknown option, passed over', '1e04abcd', [[30, 'abcd']]],
  ])('reads %s', (_name, text, expected) => {
    const result = decode(hex(text));
    expect(result.ok && result.value.map(({ type, data }) => [type, toHex(data)])).toEqual(
      expected,
    );
  });

  it.each([
    // The offset is where a Parameter Problem points, RFC 1122 §3.2.2.5.
    ['a length octet that is missing', '01010107', 3],
    ['a length of one', '07010000', 1],
    ['a length of zero, which would never end', '07000000', 1],
    ['a length past the end', '01940400', 2],
    ['a route that ends in half an address', '0709040000000000 00000000', 1],
    ['a route pointer within the head', '070703 00000000 00', 2],
    ['a route pointer within an address', '070705 00000000 00', 2],
    ['a timestamp with no flag octet', '44030500', 1],
    ['a timestamp flag that is none', '44080502 00000000', 3],
    ['a timestamp pointer within the head', '44080400 00000000', 2],
    ['a timestamp with half an address and time', '44080501 00000000', 1],
    ['a router alert of six octets', '9406000000000000', 1],
    ['a fault behind a good option', '94040000 07000000', 5],
  ])('of %s says where it is', (_name, text, offset) => {
    const p = packet(text);
    expect(findFault(p, 0, p.octets.length)).toBe(offset);
  });

  it('finds an option by its type, and none behind the end of the list', () => {
    const p = packet('01940400 00008307 04c00002 02000000');
    expect(find(p, 0, 16, OPTION.routerAlert)).toBe(1);
    expect(hasSourceRoute(p, 0, 16)).toBe(false);
    const q = packet('01830704 c0000202');
    expect(hasSourceRoute(q, 0, 8)).toBe(true);
  });

  it('puts only options with the copied flag into later fragments', () => {
    const p = packet('0707040000000001 94040000 83070400 00000000');
    const to = newPacket(40);
    expect(writeCopied(p, 0, 20, to, 4)).toBe(12);
    expect(toHex(to.octets.subarray(4, 16))).toBe(toHex(hex('94040000 8307040000000000')));
  });

  it('records the route until the option is full', () => {
    const p = packet('070b04 00000000 00000000 00');
    expect(record(p, 0, HERE, 0)).toBe(true);
    expect(record(p, 0, address(HERE + 1), 0)).toBe(true);
    expect(toHex(p.octets)).toBe('070b0cc0000201c000020200');
    expect(record(p, 0, HERE, 0)).toBe(false);
    expect(toHex(p.octets)).toBe('070b0cc0000201c000020200');
  });

  it('records times, and counts those who found no room up to fifteen', () => {
    const p = packet('44080500 00000000');
    expect(record(p, 0, HERE, 0x01020304)).toBe(true);
    for (let i = 0; i < 17; i++) expect(record(p, 0, HERE, 5)).toBe(false);
    expect(toHex(p.octets)).toBe('440809f001020304');
  });

  it('records address and time together', () => {
    const p = packet('440c0501 0000000000000000');
    expect(record(p, 0, HERE, 0x01020304)).toBe(true);
    expect(toHex(p.octets)).toBe('440c0d01c000020101020304');
  });

  it('leaves a prespecified slot to the host that it names', () => {
    const p = packet('440c0503 c000020100000000');
    expect(record(p, 0, address(HERE + 1), 9)).toBe(false);
    expect(record(p, 0, HERE, 9)).toBe(true);
    expect(toHex(p.octets)).toBe('440c0d03c000020100000009');
  });

  it('decodes whatever it encodes', () => {
    const option = fc.record({
      type: fc.constantFrom(30, 94, 158, 222), // Experimental, RFC 4727 §3: any data is right.
      data: fc.uint8Array({ maxLength: 8 }),
    });
    fc.assert(
      fc.property(fc.array(option, { maxLength: 4 }), (options) => {
        expect(decode(encode(options))).toEqual({ ok: true, value: options });
      }),
    );
  });

  it('ends, never throws and touches only its own octets, whatever arrives', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 40 }),
        fc.constantFrom(...Object.values(OPTION)),
        (octets, type) => {
          decode(octets);
          const p = newPacket(octets.length + 8);
          p.octets.set(octets, 4);
          const end = 4 + octets.length;
          const written = writeCopied(p, 4, end, newPacket(48), 0);
          expect(written).toBeLessThanOrEqual(((octets.length + 3) >> 2) << 2);
          const at = find(p, 4, end, type);
          const recordable = ![0, 1, OPTION.routerAlert].some((other) => other === type);
          if (at >= 0 && recordable && findFault(p, 4, end) === NO_FAULT) record(p, at, HERE, 1);
          expect(toHex(p.octets.subarray(0, 4)) + toHex(p.octets.subarray(end))).toBe(
            '0'.repeat(16),
          );
        },
      ),
      { numRuns: 500 },
    );
  });
});
