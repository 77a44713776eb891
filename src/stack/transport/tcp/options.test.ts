import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../base/octets.ts';
import { asPacket, newPacket } from '../../../base/packet.ts';
import {
  type OptionOrder,
  SegmentOptions,
  type SynOptions,
  writeSackHead,
  writeSyn,
  writeTimestamps,
} from './options.ts';

function read(text: string): SegmentOptions {
  const octets = fromHex(text) ?? new Uint8Array();
  const options = new SegmentOptions();
  options.read(asPacket(octets), 0, octets.length);
  return options;
}

const NONE = {
  maximumSegmentSize: 0,
  windowScale: -1,
  sackPermitted: false,
  timestamps: false,
  sackBlocks: 0,
  cookieLength: -1,
};

const SYN: SynOptions = {
  maximumSegmentSize: 1460,
  windowScale: 10,
  sackPermitted: true,
  timestamps: true,
  tsval: 0xa55472c3 | 0,
  tsecr: 0,
  cookie: undefined,
};

const written = (syn: SynOptions, order: OptionOrder): string => {
  const p = newPacket(60);
  const length = writeSyn(p, 3, syn, order);
  return toHex(p.octets.subarray(3, 3 + length));
};

// Of SYNs that Linux 6.18 sent on a veth pair, by tcpdump 4, with net.ipv4.tcp_timestamps and tcp_sack on and off.
const LINUX: readonly [string, string, SynOptions][] = [
  ['with all', '020405b40402080aa55472c3000000000103030a', SYN],
  ['without timestamps', '020405b4010104020103030a', { ...SYN, timestamps: false }],
  [
    'without SACK',
    '020405b40101080a015a4de5000000000103030a',
    { ...SYN, sackPermitted: false, tsval: 0x015a4de5 },
  ],
  ['without both', '020405b40103030a', { ...SYN, timestamps: false, sackPermitted: false }],
];

// FreeBSD's freebsd-net/tcp-testsuite has the first: mss 1460, nop, wscale 6, sackOK, TS val 100 ecr 0.
const FREEBSD: SynOptions = { ...SYN, windowScale: 6, tsval: 100 };

describe("a SYN's options", () => {
  it.each(LINUX)('are in the order of Linux, %s', (_name, text, syn) => {
    expect(written(syn, 'linux')).toBe(text);
    expect(read(text)).toMatchObject({
      maximumSegmentSize: 1460,
      windowScale: 10,
      sackPermitted: syn.sackPermitted,
      timestamps: syn.timestamps,
    });
  });

  it('are in the order of FreeBSD', () => {
    expect(written(FREEBSD, 'bsd')).toBe('020405b4010303060402080a0000006400000000');
  });

  it('end with zeros where the list ends before the header does, MUST-69', () => {
    expect(written({ ...FREEBSD, timestamps: false }, 'bsd')).toBe('020405b40103030604020000');
  });

  const syns = fc.record({
    maximumSegmentSize: fc.integer({ min: 1, max: 0xffff }),
    windowScale: fc.integer({ min: -1, max: 14 }),
    sackPermitted: fc.boolean(),
    timestamps: fc.boolean(),
    tsval: fc.integer(),
    tsecr: fc.integer(),
    cookie: fc.option(
      fc.constantFrom(0, 4, 6, 8, 16).chain((n) => fc.uint8Array({ minLength: n, maxLength: n })),
      { nil: undefined },
    ),
  });

  it('are read as they are written, in both orders, MUST-14', () => {
    fc.assert(
      fc.property(syns, fc.constantFrom<OptionOrder>('linux', 'bsd'), (syn, order) => {
        const p = newPacket(60);
        const length = writeSyn(p, 0, syn, order);
        expect(length % 4).toBe(0);
        expect(length).toBeLessThanOrEqual(40);
        const options = new SegmentOptions();
        options.read(p, 0, length);
        const { cookie, tsval, tsecr, ...rest } = syn;
        expect(options).toMatchObject({ ...rest, cookieLength: cookie?.length ?? -1 });
        if (syn.timestamps) expect([options.tsval, options.tsecr]).toEqual([tsval, tsecr]);
        if (cookie !== undefined) {
          const { cookieAt } = options;
          expect(p.octets.slice(cookieAt, cookieAt + cookie.length)).toEqual(cookie);
        }
      }),
    );
  });
});

describe('reading options', () => {
  it.each<[string, string, Partial<SegmentOptions>]>([
    ['nothing', '', {}],
    ['end of list, no-operation and maximum segment size, MUST-4', '01 020405b4 00', mss(1460)],
    ['what follows the end of the list is not read, MUST-4', '00 020405b4', {}],
    [
      'an unknown kind is passed over by its length, MUST-6 MUST-68',
      'fd06aabbccdd 020405b4',
      mss(1460),
    ],
    ['an unknown kind without data', 'fd02 020405b4', mss(1460)],
    [
      'options begin at any octet, MUST-64',
      '01 020405b4 01 030307 01 0402',
      {
        ...mss(1460),
        windowScale: 7,
        sackPermitted: true,
      },
    ],
    [
      'the last one ends with the header, without a no-operation',
      '0101 080a0000000100000002',
      {
        timestamps: true,
        tsval: 1,
        tsecr: 2,
      },
    ],
    ['a length of zero ends it, MUST-7', '020405b4 0300', mss(1460)],
    ['a length of one ends it, MUST-7', '020405b4 0301 0402', mss(1460)],
    ['a length past the end ends it, MUST-7', '020405b4 080a000000', mss(1460)],
    ['a kind without a length at the end, MUST-7', '020405b4 02', mss(1460)],
    ['a length of an unknown kind past the end, MUST-7', '020405b4 fdff', mss(1460)],
    ["a length that is not the kind's is passed over, MUST-7", '02030a 020405b4', mss(1460)],
    ['a maximum segment size of five octets, MUST-7', '0205ffffff 030307', { windowScale: 7 }],
    ['a window scale above 14 is 14 (RFC 7323 §2.3)', '0303ff', { windowScale: 14 }],
    ['a window scale of 14', '03030e', { windowScale: 14 }],
    ['timestamps of another length', '0808000000010000', {}],
    ['a SACK that is no multiple of eight octets', '0509 00000001000000', {}],
    ['a SACK without blocks', '0502', {}],
    ['a request for a cookie (RFC 7413 §4.1.1)', '2202', { cookieLength: 0 }],
    ['a cookie of four octets', '220611223344', { cookieLength: 4, cookieAt: 2 }],
    ['a cookie of an odd length is none', '22071122334455', {}],
    ['a cookie of two octets is none', '22041122', {}],
    ['a cookie of eighteen octets is none', `2214${'11'.repeat(18)}`, {}],
    ['one that comes twice: the last holds', '020405b4 02040200', mss(512)],
  ])('%s', (_name, text, expected) => {
    expect(read(text)).toMatchObject({ ...NONE, ...expected });
  });

  function mss(maximumSegmentSize: number): Partial<SegmentOptions> {
    return { maximumSegmentSize };
  }

  it('has the blocks of a SACK in their order, four at most (RFC 2018 §3)', () => {
    const options = read('0101 051a 0000000a00000014 0000001e00000028 fffffffe00000002');
    expect(options.sackBlocks).toBe(3);
    const blocks = [0, 1, 2].map((i) => [options.left(i), options.right(i)]);
    expect(blocks).toEqual([
      [10, 20],
      [30, 40],
      [-2, 2],
    ]);
    expect(read(`052a${'0000000100000002'.repeat(5)}`).sackBlocks).toBe(4);
  });

  it('forgets the segment before', () => {
    const options = read('020405b4 030307 0402 0101 080a0000000100000002 2202');
    options.read(newPacket(0), 0, 0);
    expect(options).toMatchObject(NONE);
  });

  it('takes the timestamps that nearly all segments have by a shorter way, to the same end', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (tsval, tsecr) => {
        const p = newPacket(16);
        writeTimestamps(p, 0, tsval, tsecr);
        const short = new SegmentOptions();
        short.read(p, 0, 12);
        // Padded to sixteen octets, it is read like any other.
        const long = new SegmentOptions();
        long.read(p, 0, 16);
        expect(short).toEqual(long);
        expect(short).toMatchObject({ ...NONE, timestamps: true, tsval, tsecr });
      }),
    );
  });

  it.each([1, 2, 3, 4])('reads a SACK of %i that it wrote', (blocks) => {
    const p = newPacket(40);
    const length = writeSackHead(p, 0, blocks);
    for (let i = 0; i < 2 * blocks; i++) p.view.setInt32(4 + 4 * i, 100 + i);
    const options = new SegmentOptions();
    options.read(p, 0, length);
    expect(length).toBe(4 + 8 * blocks);
    expect(options.sackBlocks).toBe(blocks);
    expect(options.right(blocks - 1)).toBe(100 + 2 * blocks - 1);
  });

  it('never throws and always ends, whatever arrives, MUST-5 MUST-7', () => {
    // Kinds and lengths that mean something are more telling than any octets.
    const octet = fc.oneof(
      fc.integer({ min: 0, max: 255 }),
      fc.constantFrom(0, 1, 2, 3, 4, 5, 8, 10, 34),
    );
    fc.assert(
      fc.property(fc.array(octet, { maxLength: 40 }), (octets) => {
        const options = new SegmentOptions();
        options.read(asPacket(Uint8Array.from(octets)), 0, octets.length);
        expect(options.windowScale).toBeLessThanOrEqual(14);
        expect(options.sackBlocks).toBeLessThanOrEqual(4);
        expect(options.cookieLength).toBeLessThanOrEqual(16);
        if (options.cookieLength > 0) {
          expect(options.cookieAt + options.cookieLength).toBeLessThanOrEqual(octets.length);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('does not look behind its end', () => {
    const p = asPacket(fromHex('0101 0204 05b4') ?? new Uint8Array());
    const options = new SegmentOptions();
    options.read(p, 0, 4);
    expect(options).toMatchObject(NONE);
  });
});
