import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, fromHex, toHex } from '../../../base/octets.ts';
import { frame, StreamReader } from './stream.ts';

describe('messages on a stream (RFC 1035 §4.2.2)', () => {
  it('have their length before them', () => {
    expect(toHex(frame(fromHex('9f99 0120') ?? new Uint8Array()))).toBe('00049f990120');
    expect(frame(new Uint8Array(0xffff)).length).toBe(0x10001);
  });

  it('come out as they went in, however the stream is cut', () => {
    const messages = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 });
    fc.assert(
      fc.property(
        messages,
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
        (sent, cuts) => {
          const stream = concat(sent.map(frame));
          const reader = new StreamReader();
          const received: Uint8Array[] = [];
          for (let at = 0, i = 0; at < stream.length; i++) {
            const end = at + (cuts[i % cuts.length] ?? 1);
            reader.handleOctets(stream.subarray(at, end));
            for (let one = reader.pollMessage(); one; one = reader.pollMessage())
              received.push(one);
            at = end;
          }
          expect(received).toEqual(sent);
        },
      ),
    );
  });

  it('keeps no view of what it was given', () => {
    const reader = new StreamReader();
    const octets = Uint8Array.of(0, 2, 1);
    reader.handleOctets(octets);
    octets.fill(9);
    reader.handleOctets(Uint8Array.of(2));
    expect(reader.pollMessage()).toEqual(Uint8Array.of(1, 2));
    expect(reader.pollMessage()).toBeUndefined();
  });
});
