import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, fromHex, view } from '../base/octets.ts';
import type { Instant } from '../base/time.ts';
import {
  type CapturedPacket,
  type CaptureInterface,
  encodeCapture,
  encodeInterface,
  encodePacket,
  encodeSectionHeader,
} from './pcapng.ts';
import { decodeCapture } from './pcapng-reader.ts';

const hex = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array();
const at = (n: number): Instant => n as Instant;

const described: fc.Arbitrary<CaptureInterface> = fc.record(
  {
    name: fc.string({ maxLength: 12 }),
    linkType: fc.integer({ min: 0, max: 0xffff }),
    description: fc.string({ maxLength: 12 }),
    speed: fc.maxSafeNat(),
    fcsLength: fc.constant(4),
  },
  { requiredKeys: ['name', 'linkType'] },
);
const packet: fc.Arbitrary<CapturedPacket> = fc.record(
  {
    interface: fc.nat(1),
    at: fc.maxSafeNat().map(at),
    octets: fc.uint8Array({ maxLength: 70 }),
    originalLength: fc.integer({ min: 100, max: 2000 }),
    direction: fc.constantFrom('inbound' as const, 'outbound' as const),
    comment: fc.string({ unit: 'grapheme', maxLength: 20 }),
  },
  { requiredKeys: ['interface', 'at', 'octets'] },
);
const capture = fc.tuple(
  fc.array(described, { minLength: 2, maxLength: 3 }),
  fc.array(packet, { maxLength: 8 }),
);

// Laid out by hand after draft-ietf-opsawg-pcapng-02 §4.1 to §4.3, as a big-endian machine writes it:
// nanoseconds, a comment, four octets of a packet of six.
const BIG_ENDIAN = hex(`
  0a0d0d0a 0000001c 1a2b3c4d 0001 0000 ffffffffffffffff 0000001c
  00000001 00000020 0001 0000 00000000 0009 0001 09000000 0000 0000 00000020
  00000006 00000038 00000000 00000001 00000005 00000004 00000006 deadbeef
  0001 0002 6f6b0000 0002 0004 00000001 0000 0000 00000038`);

describe('pcapng', () => {
  it('writes the section header of the draft, with the application and nothing of the machine', () => {
    expect(encodeSectionHeader('netlab')).toEqual(
      hex(`0a0d0d0a 2c000000 4d3c2b1a 0100 0000 ffffffffffffffff
           0400 0600 6e65746c6162 0000 0000 0000 2c000000`),
    );
  });

  it('writes an interface in microseconds, its frames without FCS', () => {
    expect(encodeInterface({ name: 'peer', speed: 100_000_000 })).toEqual(
      hex(`01000000 3c000000 0100 0000 00000000
           0200 0400 70656572 0800 0800 00e1f50500000000 0900 0100 06000000 0d00 0100 00000000
           0000 0000 3c000000`),
    );
  });

  it('writes a packet with its time, comment and direction', () => {
    const octets = hex('0102030405');
    const packet = { interface: 1, at: at(2 ** 32 + 2), octets, direction: 'outbound' as const };
    expect(encodePacket({ ...packet, comment: 'né' })).toEqual(
      hex(`06000000 3c000000 01000000 01000000 02000000 05000000 05000000 0102030405 000000
           0100 0300 6ec3a9 00 0200 0400 02000000 0000 0000 3c000000`),
    );
  });

  it('reads the other byte order, another resolution, and a packet that was cut short', () => {
    expect(decodeCapture(BIG_ENDIAN)).toEqual({
      application: undefined,
      interfaces: [{ name: '', linkType: 1 }],
      packets: [
        {
          interface: 0,
          at: Math.floor((2 ** 32 + 5) / 1000),
          octets: hex('deadbeef'),
          originalLength: 6,
          direction: 'inbound',
          comment: 'ok',
        },
      ],
      damage: undefined,
    });
  });

  it('reads back whatever it writes', () => {
    fc.assert(
      fc.property(capture, fc.string(), ([interfaces, packets], application) => {
        expect(decodeCapture(encodeCapture(application, interfaces, packets))).toEqual({
          application,
          interfaces,
          packets,
          damage: undefined,
        });
      }),
    );
  });

  it('numbers the interfaces of several sections through', () => {
    const section = encodeCapture(
      'a',
      [{ name: 'x' }],
      [{ interface: 0, at: at(1), octets: hex('01') }],
    );
    const read = decodeCapture(concat([section, BIG_ENDIAN, section]));
    expect(read.packets.map((p) => p.interface)).toEqual([0, 1, 2]);
    expect(read.interfaces.map((i) => i.name)).toEqual(['x', '', 'x']);
    expect(read.damage).toBeUndefined();
  });

  it('skips blocks that it does not know', () => {
    const unknown = hex('00000bad 00000010 01020304 00000010');
    expect(decodeCapture(concat([BIG_ENDIAN, unknown])).damage).toBeUndefined();
  });

  it('gives all packets before the place where a capture was cut off, and names the place', () => {
    fc.assert(
      fc.property(capture, fc.nat(), ([interfaces, packets], cut) => {
        const blocks = [
          encodeSectionHeader('netlab'),
          ...interfaces.map(encodeInterface),
          ...packets.map(encodePacket),
        ];
        const whole = concat(blocks);
        const length = cut % (whole.length + 1);
        let end = 0;
        let complete = 0;
        for (; complete < blocks.length; complete++) {
          const next = end + (blocks[complete]?.length ?? 0);
          if (next > length) break;
          end = next;
        }
        const read = decodeCapture(whole.subarray(0, length));
        expect(read.packets.length).toBe(Math.max(0, complete - 1 - interfaces.length));
        expect(read.damage?.offset).toBe(end === length && length > 0 ? undefined : end);
      }),
    );
  });

  const edited = (edit: (octets: DataView) => void): Uint8Array => {
    const copy = BIG_ENDIAN.slice();
    edit(view(copy));
    return copy;
  };
  it.each<[string, Uint8Array, number, object]>([
    ['an empty file', hex(''), 0, { code: 'truncated', need: 28, have: 0 }],
    ['another file', hex('89504e470d0a1a0a0000000d'), 0, { field: 'first block type' }],
    ['an old pcap file', hex('d4c3b2a1020004000000000000000000'), 0, { field: 'first block type' }],
    ['another magic', edited((o) => o.setUint32(8, 1)), 0, { field: 'byte-order magic' }],
    ['version 2', edited((o) => o.setUint16(12, 2)), 0, { field: 'major version', value: 2 }],
    ['an odd block length', edited((o) => o.setUint32(32, 0x1f)), 28, { field: 'block length' }],
    ['a huge block', edited((o) => o.setUint32(32, 2 ** 31)), 28, { field: 'block length' }],
    ['a block without a body', edited((o) => o.setUint32(32, 8)), 28, { field: 'block length' }],
    [
      'a length behind the block that differs',
      edited((o) => o.setUint32(56, 0x24)),
      28,
      { field: 'block length behind the block', value: 0x24 },
    ],
    ['an option too long', edited((o) => o.setUint16(46, 99)), 28, { code: 'truncated' }],
    [
      'an unknown interface',
      edited((o) => o.setUint32(68, 1)),
      60,
      { field: 'interface', value: 1 },
    ],
    [
      'a packet longer than its block',
      edited((o) => o.setUint32(80, 99)),
      60,
      { code: 'truncated' },
    ],
    ['a packet of 4 GiB', edited((o) => o.setUint32(80, 2 ** 32 - 1)), 60, { code: 'truncated' }],
    [
      'a time past all counting',
      edited((o) => {
        o.setUint8(48, 0); // In whole seconds
        o.setUint32(72, 9);
      }),
      60,
      { field: 'timestamp' },
    ],
  ])('refuses %s and says where', (_name, octets, offset, error) => {
    const { damage } = decodeCapture(octets);
    expect(damage).toMatchObject({ offset, error: { protocol: 'pcapng', ...error } });
  });

  it('never throws, whatever was altered', () => {
    const alteration = fc.tuple(fc.nat(BIG_ENDIAN.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(alteration, { minLength: 1, maxLength: 4 }), (alterations) => {
        const octets = BIG_ENDIAN.slice();
        for (const [place, value] of alterations) octets[place] = value;
        expect(decodeCapture(octets).packets.length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 1000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (octets) => {
        expect(decodeCapture(octets).packets).toEqual([]);
      }),
    );
  });

  it('refuses a misuse at once', () => {
    const octets = hex('00');
    expect(() => encodePacket({ interface: 0, at: at(-1), octets })).toThrow('before time began');
    const comment = 'x'.repeat(65536);
    expect(() => encodePacket({ interface: 0, at: at(0), octets, comment })).toThrow('too long');
  });
});
