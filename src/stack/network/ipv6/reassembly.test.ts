import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, equal } from '../../../base/octets.ts';
import { asPacket, newPacket } from '../../../base/packet.ts';
import { after, type Duration, START, seconds } from '../../../base/time.ts';
import { REASSEMBLY } from '../reassembly.ts';
import { parse } from './address.ts';
import { offsetOf, walk, writeFragmentHeader } from './extension.ts';
import { writeFragment } from './fragment.ts';
import { encode, HEADER_LENGTH, type Ipv6Packet, payloadLength } from './header.ts';
import { isFragment, Reassembler, wholeOfAtomic } from './reassembly.ts';

const UDP = 17;
const SOURCE = parse('2001:db8::1') as Uint8Array;
const DESTINATION = parse('2001:db8::2') as Uint8Array;
const { complete, waiting, duplicate, malformed, tooLong, tiny, overlap, congestion } = REASSEMBLY;

const packet = (payload: Uint8Array, over: Partial<Ipv6Packet> = {}): Uint8Array =>
  encode({
    trafficClass: 0,
    flowLabel: 0x12345,
    nextHeader: UDP,
    hopLimit: 64,
    source: SOURCE,
    destination: DESTINATION,
    payload,
    ...over,
  });

interface Cut {
  readonly identification?: number;
  readonly nextHeader?: number;
  readonly fill?: number;
}

/** A fragment of `length` octets of `fill`, from octet `offset` on. */
function piece(
  offset: number,
  length: number,
  more: boolean,
  cut: Cut = {},
  over: Partial<Ipv6Packet> = {},
): Uint8Array {
  const header = newPacket(8);
  writeFragmentHeader(header, 0, cut.nextHeader ?? UDP, offset, more, cut.identification ?? 7);
  const payload = concat([header.octets, new Uint8Array(length).fill(cut.fill ?? 1)]);
  return packet(payload, { nextHeader: 44, ...over });
}

function feed(reassembler: Reassembler, ...fragments: readonly Uint8Array[]): number[] {
  return fragments.map((octets) => {
    const found = walk(asPacket(octets), 0, octets.length);
    expect(isFragment(found)).toBe(true);
    return reassembler.handleFragment(asPacket(octets), 0, offsetOf(found), START);
  });
}

function cut(whole: Uint8Array, mtu: number): Uint8Array[] {
  const from = asPacket(whole);
  const pieces: Uint8Array[] = [];
  for (let done = 0; done < payloadLength(from, 0); ) {
    const to = newPacket(mtu);
    done += writeFragment(from, 0, done, mtu, 99, to, 0);
    pieces.push(to.octets.subarray(0, HEADER_LENGTH + payloadLength(to, 0)));
  }
  return pieces;
}

describe('IPv6 reassembly', () => {
  it('makes the packet again, whatever the order, with pieces repeated', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1300, maxLength: 6000 }),
        fc.integer({ min: 1280, max: 1500 }),
        fc.array(fc.nat(1000), { minLength: 10, maxLength: 10 }),
        (payload, mtu, keys) => {
          const whole = packet(payload, { trafficClass: 0xb8 });
          const shuffled = cut(whole, mtu)
            .map((octets, i) => ({ octets, key: keys[i] ?? 0 }))
            .sort((a, b) => a.key - b.key)
            .map(({ octets }) => octets);
          const r = new Reassembler();
          const outcomes = feed(r, ...shuffled.slice(0, -1).flatMap((one) => [one, one]));
          expect(outcomes).toEqual(outcomes.map((_, i) => (i % 2 === 0 ? waiting : duplicate)));
          expect(feed(r, ...shuffled.slice(-1))).toEqual([complete]);
          expect(equal(r.pollDatagram() ?? new Uint8Array(), whole)).toBe(true);
          expect(r.held).toBe(0);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('takes the headers before the fragment header, and its Next Header, from the first fragment', () => {
    // Hop-by-hop options (a PadN of four octets), then the fragment header.
    const hopByHop = Uint8Array.of(44, 0, 1, 4, 0, 0, 0, 0);
    const first = piece(0, 8, true).subarray(HEADER_LENGTH);
    const last = piece(8, 3, false, { nextHeader: 6, fill: 2 }).subarray(HEADER_LENGTH);
    const r = new Reassembler();
    const over = { nextHeader: 0 };
    const both = [first, last].map((behind) => packet(concat([hopByHop, behind]), over));
    expect(feed(r, ...both.reverse())).toEqual([waiting, complete]);
    const payload = [UDP, 0, 1, 4, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2];
    expect(r.pollDatagram()).toEqual(packet(Uint8Array.from(payload), over));
  });

  it.each<[string, Uint8Array[], number[]]>([
    ['an overlap by eight octets', [piece(0, 16, true), piece(8, 16, false)], [waiting, overlap]],
    [
      'what comes after an overlap (RFC 5722 §4)',
      [piece(0, 16, true), piece(8, 16, true), piece(24, 8, false)],
      [waiting, overlap, overlap],
    ],
    ['more to follow a length that is no multiple of 8', [piece(0, 9, true)], [malformed]],
    ['nothing', [piece(8, 0, false)], [malformed]],
    ['a packet of more than 65535 octets', [piece(65528, 8, false)], [tooLong]],
    ['a first fragment that hides the ports (RFC 7112)', [piece(0, 0, true)], [malformed]],
    [
      'a first fragment that ends within its destination options',
      [piece(0, 8, true, { nextHeader: 60 })],
      [tiny],
    ],
    [
      'CE beside Not-ECT (RFC 3168 §5.3)',
      [piece(0, 8, true, {}, { trafficClass: 3 }), piece(8, 8, false)],
      [waiting, congestion],
    ],
  ])('refuses %s', (_what, fragments, outcomes) => {
    expect(feed(new Reassembler(), ...fragments)).toEqual(outcomes);
  });

  it.each([
    ['identification', piece(8, 8, false, { identification: 8 })],
    ['source', piece(8, 8, false, {}, { source: DESTINATION })],
    ['destination', piece(8, 8, false, {}, { destination: SOURCE })],
  ])('keeps apart packets of another %s', (_name, other) => {
    const r = new Reassembler();
    expect(feed(r, piece(0, 8, true), other)).toEqual([waiting, waiting]);
    expect(feed(r, piece(8, 8, false, { nextHeader: 6 }))).toEqual([complete]);
  });

  it('gives up after 60 s, and hands out the first fragment as it came', () => {
    const r = new Reassembler();
    const first = piece(0, 16, true);
    feed(r, first);
    expect(r.pollTimeout()).toBe(seconds(60));
    r.handleTimeout(after(START, (seconds(60) - 1) as Duration));
    expect(r.pollTimedOut()).toBeUndefined();
    r.handleTimeout(after(START, seconds(60)));
    expect(r.pollTimedOut()).toEqual(first);
    expect(r.held).toBe(0);
  });

  it('makes an atomic fragment whole by itself (RFC 6946)', () => {
    const atomic = piece(0, 8, false);
    expect(wholeOfAtomic(asPacket(atomic), 0, HEADER_LENGTH)).toEqual(
      packet(new Uint8Array(8).fill(1)),
    );
    const first = piece(0, 8, true);
    expect(wholeOfAtomic(asPacket(first), 0, HEADER_LENGTH)).toBeUndefined();
  });

  it('never throws on any octets that are a packet, and holds no more than it may', () => {
    const r = new Reassembler();
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 8, maxLength: 64 }),
        fc.constantFrom(0, 43, 44, 60),
        (payload, nextHeader) => {
          const octets = packet(payload, { nextHeader });
          const found = walk(asPacket(octets), 0, octets.length);
          if (!isFragment(found) || offsetOf(found) + 8 > octets.length) return;
          if (wholeOfAtomic(asPacket(octets), 0, offsetOf(found)) !== undefined) return;
          r.handleFragment(asPacket(octets), 0, offsetOf(found), START);
          r.pollDatagram();
          expect(r.held).toBeLessThanOrEqual(4 << 20);
        },
      ),
    );
  });
});
