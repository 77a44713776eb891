import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asPacket } from '../../../base/packet.ts';
import { encode, FLAG } from './header.ts';
import { Segment } from './segment.ts';
import { add, distance, type Seq, seq } from './seq.ts';

function segment(from: Seq, text: number, bits: number): Segment {
  const octets = encode(
    {
      sourcePort: 1,
      destinationPort: 2,
      sequence: from,
      acknowledgment: seq(77),
      flags: bits,
      window: 65_535,
      urgentPointer: 3,
      options: new Uint8Array(0),
      payload: Uint8Array.from({ length: text }, (_, i) => i),
    },
    0,
  );
  const s = new Segment();
  s.read(asPacket(octets), 0, octets.length, 0b11);
  return s;
}

/** What a segment holds: a sequence number each, and what it stands for. */
type Item = readonly [number, 'SYN' | 'FIN' | number];

/** One item for each sequence number, from `origin` on. */
function items(s: Segment, origin: Seq): Item[] {
  const all: Item[] = [];
  let at = distance(s.seq, origin);
  if (s.has(FLAG.syn)) all.push([at++, 'SYN']);
  for (let i = s.start; i < s.end; i++) all.push([at++, s.packet.octets[i] as number]);
  if (s.has(FLAG.fin)) all.push([at++, 'FIN']);
  return all;
}

const bits = fc.constantFrom(0, FLAG.syn, FLAG.fin, FLAG.syn | FLAG.fin).map((f) => f | FLAG.ack);
const origins = fc.constantFrom(seq(0), seq(0xffff_fffc), seq(0x7fff_fffc));
const edges = fc.integer({ min: -4, max: 16 });

describe('a segment', () => {
  it('is read with its variables (RFC 9293 §3.3.1)', () => {
    const s = segment(seq(0xffff_ffff), 4, FLAG.syn | FLAG.ack | FLAG.fin);
    expect([s.ack, s.wnd, s.up, s.text, s.len, s.next]).toEqual([77, 65_535, 3, 4, 6, 5]);
    expect(s.isMarked).toBe(true);
  });

  it('counts SYN and FIN in its length', () => {
    fc.assert(
      fc.property(bits, fc.nat(8), (f, text) => {
        const s = segment(seq(9), text, f);
        expect(s.len).toBe(items(s, seq(9)).length);
      }),
    );
  });

  it('trimBefore takes off what lies before, SYN first, and leaves the rest as it is', () => {
    fc.assert(
      fc.property(origins, bits, fc.nat(8), edges, (origin, f, text, edge) => {
        const s = segment(origin, text, f);
        // Nobody asks for less than nothing: the FIN stays when all before it goes.
        fc.pre(edge <= s.len - (s.has(FLAG.fin) ? 1 : 0));
        const expected = items(s, origin).filter(([at]) => at >= edge);
        s.trimBefore(add(origin, edge));
        expect(items(s, origin)).toEqual(expected);
      }),
    );
  });

  it('trimFrom takes off what lies behind, FIN first, and leaves the rest as it is', () => {
    fc.assert(
      fc.property(origins, bits, fc.nat(8), edges, (origin, f, text, edge) => {
        const s = segment(origin, text, f);
        fc.pre(edge >= (s.has(FLAG.syn) ? 1 : 0));
        // But a FIN at the very edge, which needs no room.
        const expected = items(s, origin).filter(
          ([at, what]) => at < edge || (at === edge && what === 'FIN'),
        );
        s.trimFrom(add(origin, edge));
        expect(items(s, origin)).toEqual(expected);
      }),
    );
  });

  it('is no longer than nothing, wherever it is cut', () => {
    fc.assert(
      fc.property(bits, fc.nat(8), edges, edges, (f, text, from, to) => {
        const s = segment(seq(0), text, f);
        s.trimFrom(seq(to));
        s.trimBefore(seq(from));
        expect(s.text).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
