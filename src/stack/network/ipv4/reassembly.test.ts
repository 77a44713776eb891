import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat } from '../../../base/octets.ts';
import { asPacket } from '../../../base/packet.ts';
import { after, type Duration, START, seconds } from '../../../base/time.ts';
import { REASSEMBLY, REASSEMBLY_LIMITS } from '../reassembly.ts';
import { address } from './address.ts';
import { ECN } from './dscp.ts';
import { fragment } from './fragment.ts';
import { type Datagram, encode, isFragment } from './header.ts';
import { Reassembler } from './reassembly.ts';

const UDP = 17;
const TCP = 6;

const datagram = (payload: Uint8Array, over: Partial<Datagram> = {}): Uint8Array =>
  encode({
    trafficClass: 0,
    identification: 7,
    dontFragment: false,
    moreFragments: false,
    fragmentOffset: 0,
    timeToLive: 64,
    protocol: UDP,
    source: address(0xc0000201),
    destination: address(0xc6336402),
    options: new Uint8Array(),
    payload,
    ...over,
  });

/** A fragment of `length` octets of `fill`, from octet `offset` on. */
const piece = (
  fragmentOffset: number,
  length: number,
  moreFragments: boolean,
  over: Partial<Datagram> & { fill?: number } = {},
): Uint8Array =>
  datagram(new Uint8Array(length).fill(over.fill ?? 1), { fragmentOffset, moreFragments, ...over });

const at = (delay: Duration) => after(START, delay);

function feed(reassembler: Reassembler, ...fragments: readonly Uint8Array[]): number[] {
  return fragments.map((octets) => reassembler.handleFragment(asPacket(octets), 0, START));
}

const { complete, waiting, duplicate, malformed, tooLong, tiny, overlap, tooMany, congestion } =
  REASSEMBLY;

describe('IPv4 reassembly', () => {
  it('makes the datagram again, whatever the order, cut once or twice, with pieces repeated', () => {
    const order = fc.array(fc.nat(1000), { minLength: 200, maxLength: 200 });
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 60, maxLength: 2000 }),
        fc.integer({ min: 68, max: 600 }),
        order,
        (payload, mtu, keys) => {
          const options = Uint8Array.of(0x94, 4, 0, 0, 7, 3, 4, 0);
          const whole = datagram(payload, { options, trafficClass: 0xb8 });
          const once = fragment(whole, mtu) ?? [];
          const pieces = once.flatMap((p, i) => (i === 1 ? (fragment(p, 68) ?? []) : [p]));
          if (pieces.length === 1) return;
          const shuffled = pieces
            .map((octets, i) => ({ octets, key: keys[i] ?? 0 }))
            .sort((a, b) => a.key - b.key)
            .map(({ octets }) => octets);
          const r = new Reassembler();
          const outcomes = feed(r, ...shuffled.slice(0, -1).flatMap((p) => [p, p]));
          expect(outcomes).toEqual(outcomes.map((_, i) => (i % 2 === 0 ? waiting : duplicate)));
          expect(r.pollDatagram()).toBeUndefined();
          expect(feed(r, ...shuffled.slice(-1))).toEqual([complete]);
          expect(r.pollDatagram()).toEqual(whole);
          expect(r.held).toBe(0);
          expect(r.pollTimeout()).toBeUndefined();
        },
      ),
    );
  });

  it.each([
    // RFC 791's names for a datagram, one by one.
    ['source', { source: address(1) }],
    ['destination', { destination: address(1) }],
    ['protocol', { protocol: 1 }],
    ['identification', { identification: 8 }],
  ])('keeps apart datagrams of another %s', (_name, over) => {
    const r = new Reassembler();
    expect(feed(r, piece(0, 8, true), piece(8, 8, false, over))).toEqual([waiting, waiting]);
    expect(feed(r, piece(8, 8, false))).toEqual([complete]);
  });

  it.each<[string, Uint8Array[], number[]]>([
    ['an exact repetition', [piece(0, 16, true), piece(0, 16, true)], [waiting, duplicate]],
    [
      'a repetition with other octets',
      [piece(0, 16, true), piece(0, 16, true, { fill: 2 })],
      [waiting, overlap],
    ],
    ['one octet unit within', [piece(0, 24, true), piece(8, 8, true)], [waiting, overlap]],
    ['the end of the one before', [piece(0, 24, true), piece(16, 16, true)], [waiting, overlap]],
    ['the start of the one behind', [piece(16, 16, true), piece(8, 16, true)], [waiting, overlap]],
    ['all of one and more', [piece(16, 8, true), piece(8, 24, true)], [waiting, overlap]],
    ['two ends', [piece(16, 8, false), piece(24, 8, false)], [waiting, overlap]],
    ['an end before what came', [piece(16, 8, true), piece(8, 8, false)], [waiting, overlap]],
    ['an end that was none', [piece(16, 8, true), piece(16, 8, false)], [waiting, overlap]],
    ['octets behind the end', [piece(16, 8, false), piece(24, 8, true)], [waiting, overlap]],
    ['more to follow the end', [piece(16, 8, false), piece(16, 8, true)], [waiting, overlap]],
    [
      'what comes after an overlap',
      [piece(8, 16, true), piece(16, 16, true), piece(0, 8, true), piece(32, 8, false)],
      [waiting, overlap, overlap, overlap],
    ],
  ])('policy for %s', (_name, fragments, outcomes) => {
    const r = new Reassembler();
    expect(feed(r, ...fragments)).toEqual(outcomes);
    expect(r.pollDatagram()).toBeUndefined();
  });

  it.each<[string, Uint8Array, number]>([
    ['an empty fragment', piece(8, 0, true), malformed],
    ['seven octets with more to follow', piece(0, 7, true), malformed],
    ['the ping of death', piece(65528, 8, false), tooLong],
    ['the first 8 octets of a TCP segment', piece(0, 8, true, { protocol: TCP }), tiny],
    ["TCP's flags behind the first fragment", piece(8, 32, true, { protocol: TCP }), tiny],
  ])('refuses %s, and keeps nothing of it', (_name, octets, outcome) => {
    const r = new Reassembler();
    expect(feed(r, octets)).toEqual([outcome]);
    expect(r.held).toBe(0);
  });

  it('refuses a whole that its own options make too long', () => {
    const options = new Uint8Array(40).fill(1);
    const r = new Reassembler();
    const first = piece(0, 32800, true, { options });
    expect(feed(r, piece(32800, 32712, false), first)).toEqual([waiting, tooLong]);
    expect(r.pollDatagram()).toBeUndefined();
    expect(r.held).toBe(0);
  });

  it('refuses a datagram in more pieces than any path makes of it', () => {
    const r = new Reassembler();
    const outcomes = feed(r, ...Array.from({ length: 130 }, (_, i) => piece(i * 16, 8, true)));
    expect(outcomes).toEqual([...new Array(128).fill(waiting), tooMany, overlap]);
  });

  it('carries congestion that one fragment saw (RFC 3168 §5.3)', () => {
    const r = new Reassembler();
    const ect = { trafficClass: 0xb8 | ECN.ect0 };
    feed(r, piece(0, 8, true, ect), piece(8, 8, false, { trafficClass: 0xb8 | ECN.ce }));
    expect(r.pollDatagram()?.[1]).toBe(0xb8 | ECN.ce);
    expect(feed(r, piece(0, 8, true), piece(8, 8, false, { trafficClass: ECN.ce }))).toEqual([
      waiting,
      congestion,
    ]);
  });

  it('gives up 60 s after the first fragment, whatever came since (RFC 1122 §3.3.2)', () => {
    const r = new Reassembler();
    const first = piece(0, 16, true);
    r.handleFragment(asPacket(first), 0, START);
    r.handleFragment(asPacket(piece(24, 8, true)), 0, at(seconds(59)));
    expect(r.pollTimeout()).toBe(at(seconds(60)));
    r.handleTimeout(at(seconds(60)));
    expect(r.pollTimedOut()).toEqual(first);
    expect(r.pollTimedOut()).toBeUndefined();
    expect(r.held).toBe(0);
  });

  it('tells of no datagram whose first fragment never came', () => {
    const r = new Reassembler();
    feed(r, piece(8, 16, true));
    r.handleTimeout(at(seconds(60)));
    expect(r.pollTimedOut()).toBeUndefined();
  });

  it('quotes no more than ICMP may, and a burst of deaths does not pile up', () => {
    const r = new Reassembler();
    for (let id = 0; id < 40; id++) feed(r, piece(0, 1000, true, { identification: id }));
    r.handleTimeout(at(seconds(60)));
    const told: Uint8Array[] = [];
    for (let one = r.pollTimedOut(); one; one = r.pollTimedOut()) told.push(one);
    expect(told.map((octets) => octets.length)).toEqual(new Array(16).fill(576));
  });

  it('holds no more than its limits, and the newest comes through', () => {
    const r = new Reassembler({ memory: 0x40000, memoryPerSource: 0x20000, timeout: seconds(60) });
    const flood = (source: number) => {
      for (let id = 0; id < 2000; id++) {
        feed(r, piece(0, 1400, true, { identification: id, source: address(source) }));
      }
    };
    flood(1);
    expect(r.held).toBeLessThanOrEqual(0x20000);
    for (let source = 2; source < 9; source++) flood(source);
    expect(r.held).toBeLessThanOrEqual(0x40000);
    expect(feed(r, piece(0, 1400, true), piece(1400, 8, false))).toEqual([waiting, complete]);
  });

  it('leaves one source its room when another floods', () => {
    const r = new Reassembler({ memory: 0x40000, memoryPerSource: 0x20000, timeout: seconds(60) });
    feed(r, piece(0, 1400, true));
    for (let id = 0; id < 2000; id++) {
      feed(r, piece(0, 1400, true, { identification: id, source: address(1) }));
    }
    expect(feed(r, piece(1400, 8, false))).toEqual([complete]);
  });

  it('never throws nor outgrows its limits, whatever fragments come', () => {
    const hostile = fc.record({
      offset: fc.nat(40),
      length: fc.nat(40),
      more: fc.boolean(),
      fill: fc.nat(1),
      identification: fc.nat(1),
      protocol: fc.constantFrom(TCP, UDP),
    });
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 60 }), (fragments) => {
        const r = new Reassembler();
        for (const { offset, length, more, ...rest } of fragments) {
          const [outcome] = feed(r, piece(offset * 8, length, more, rest));
          const whole = r.pollDatagram();
          expect(whole !== undefined).toBe(outcome === complete);
          if (whole) expect(isFragment(asPacket(whole), 0)).toBe(false);
          expect(r.held).toBeLessThanOrEqual(REASSEMBLY_LIMITS.memoryPerSource);
        }
        r.handleTimeout(at(seconds(60)));
        expect(r.held).toBe(0);
      }),
    );
  });

  it('reads a fragment where it lies in its frame', () => {
    const r = new Reassembler();
    const framed = asPacket(concat([new Uint8Array(14), piece(0, 16, true), new Uint8Array(10)]));
    expect(r.handleFragment(framed, 14, START)).toBe(waiting);
    expect(feed(r, piece(16, 3, false))).toEqual([complete]);
    expect(r.pollDatagram()).toEqual(datagram(new Uint8Array(19).fill(1)));
  });
});
