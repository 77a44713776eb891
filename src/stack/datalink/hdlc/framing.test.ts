import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex } from '../../../base/octets.ts';
import { BitDeframer, frameBits, stuff } from './bit-stuffing.ts';
import { ALL_CONTROLS, frameOctets, OctetDeframer } from './octet-stuffing.ts';

const hex = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array();
const bits = (text: string): Uint8Array => Uint8Array.from(text.replace(/[^01]/g, ''), Number);
const anyFrame = fc.uint8Array({ minLength: 4, maxLength: 40 });
/** Octets that need much stuffing come often. */
const hardFrame = fc
  .array(fc.constantFrom(0xff, 0x7e, 0x7d, 0x1f, 0x3e, 0xf8, 0x11), { minLength: 4, maxLength: 40 })
  .map((octets) => Uint8Array.from(octets));
const anyFrames = fc.array(fc.oneof(anyFrame, hardFrame), { maxLength: 6 });

function cut(line: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (let i = 0; at < line.length; i++) {
    const length = lengths[i % lengths.length] as number;
    pieces.push(line.subarray(at, at + length));
    at += length;
  }
  return pieces;
}
const anyCuts = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 });

describe('bit stuffing', () => {
  it.each([
    ['five ones get a zero', 'ff ff', '11111 0 11111 0 11111 0 1'],
    ['a flag in the data is none on the line', '7e', '0 11111 0 1 0'],
    ['five ones at the end get one, too', 'f8', '000 11111 0'],
    ['four ones get none', '78', '000 1111 0'],
  ])('%s', (_name, octets, line) => {
    expect(stuff(hex(octets))).toEqual(bits(line));
  });

  it('puts a flag around and between, and one is enough', () => {
    const line = frameBits([hex('01'), hex('02')]);
    expect(line).toEqual(bits('01111110 10000000 01111110 01000000 01111110'));
  });

  it('gives the frames back, wherever the line is cut and however many flags are between', () => {
    fc.assert(
      fc.property(anyFrames, fc.integer({ min: 1, max: 3 }), anyCuts, (frames, flags, cuts) => {
        const deframer = new BitDeframer(64);
        const got = cut(frameBits(frames, flags), cuts).flatMap((piece) => [
          ...deframer.feed(piece),
        ]);
        expect(got).toEqual(frames);
        expect(deframer.counters).toEqual({ aborted: 0, ragged: 0, short: 0, oversized: 0 });
      }),
    );
  });

  it('never has more than five ones in a row', () => {
    fc.assert(
      fc.property(hardFrame, (frame) => {
        expect(stuff(frame).join('')).not.toContain('111111');
      }),
    );
  });

  it('reads flags that share their zero', () => {
    const frame = hex('01 02 03 04');
    const line = bits(`011111101111110${stuff(frame).join('')}011111101111110`);
    expect([...new BitDeframer(64).feed(line)]).toEqual([frame]);
  });

  it.each([
    ['seven ones: aborted', `${'01'.repeat(16)} 1111111`, 'aborted'],
    ['twelve bits', '0101 0101 0101', 'ragged'],
    ['three octets', '0'.repeat(24), 'short'],
    ['nine octets where eight may be', '0'.repeat(72), 'oversized'],
    ['more than the longest and a flag', '0'.repeat(200), 'oversized'],
  ])('drops %s, counts it, and takes the next', (_name, bad, counter) => {
    const good = hex('01 02 03 04');
    const deframer = new BitDeframer(8);
    const flag = '01111110';
    const line = bits(`${flag}${bad}${flag}${stuff(good).join('')}${flag}`);
    expect([...deframer.feed(line)]).toEqual([good]);
    expect(deframer.counters[counter as keyof typeof deframer.counters]).toBe(1);
  });

  it('takes a frame as long as can be', () => {
    const longest = new Uint8Array(8).fill(0xff);
    expect([...new BitDeframer(8).feed(frameBits([longest]))]).toEqual([longest]);
  });

  it('is silent on an idle line of ones, and never throws', () => {
    const deframer = new BitDeframer(16);
    expect([...deframer.feed(bits(`01111110${'1'.repeat(500)}`))]).toEqual([]);
    expect(deframer.counters.aborted).toBe(0);
    const anyBits = fc.array(fc.integer({ min: 0, max: 1 }), { maxLength: 300 });
    fc.assert(
      fc.property(anyBits, (line) => {
        for (const frame of deframer.feed(Uint8Array.from(line))) {
          expect(frame.length).toBeLessThanOrEqual(16);
        }
      }),
    );
  });
});

describe('octet stuffing', () => {
  it.each([
    ['the flag and the escape (RFC 1662 §4.2)', '7e 7d 55 aa', 0, '7e 7d5e 7d5d 55 aa 7e'],
    [
      'control characters that the map names',
      '11 13 20 02',
      (1 << 0x11) | (1 << 0x13),
      '7e 7d31 7d33 20 02 7e',
    ],
  ])('turns %s', (_name, frame, map, line) => {
    expect(frameOctets(hex(frame), map)).toEqual(hex(line));
  });

  it('gives the frames back, wherever the line is cut and whatever the map', () => {
    const anyMap = fc.constantFrom(0, ALL_CONTROLS, 0x000a0000);
    fc.assert(
      fc.property(anyFrames, anyMap, anyCuts, (frames, map, cuts) => {
        const deframer = new OctetDeframer(64, map);
        const line = Uint8Array.from(frames.flatMap((frame) => [...frameOctets(frame, map)]));
        const noisy =
          map === ALL_CONTROLS ? Uint8Array.from([...line].flatMap((x) => [x, 0x11])) : line;
        expect(cut(noisy, cuts).flatMap((piece) => [...deframer.feed(piece)])).toEqual(frames);
      }),
    );
  });

  it.each([
    ['an escape before a flag: aborted', '01 02 03 04 05 7d', 'aborted'],
    ['three octets', '01 02 03', 'short'],
    ['nine octets where eight may be', '01 02 03 04 05 06 07 08 09', 'oversized'],
  ])('drops %s, counts it, and takes the next', (_name, bad, counter) => {
    const deframer = new OctetDeframer(8);
    expect([...deframer.feed(hex(`7e ${bad} 7e 0a 0b 0c 0d 7e`))]).toEqual([hex('0a 0b 0c 0d')]);
    expect(deframer.counters[counter as keyof typeof deframer.counters]).toBe(1);
  });
});
