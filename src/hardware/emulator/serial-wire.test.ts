import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FRAMING_ERROR, misread, octetTime, SerialWire, understands } from './serial-wire.ts';

describe('a serial wire', () => {
  it('carries ten bits an octet: one at 115200 bit/s takes 86.8 µs', () => {
    expect(octetTime(115_200)).toBeCloseTo(86_805.6, 1);
    const wire = new SerialWire(1e9); // An octet is 10 ns.
    wire.put(Uint8Array.of(1, 2, 3), 100);
    expect([109, 110, 119, 120, 130, 999].map((now) => wire.whole(now))).toEqual([
      0, 1, 1, 2, 3, 3,
    ]);
  });

  it('begins an octet behind the one before it, or at once when it was idle', () => {
    const wire = new SerialWire(1e9);
    wire.put(Uint8Array.of(1), 0);
    wire.put(Uint8Array.of(2), 5);
    expect(wire.wholeAt(1)).toBe(20);
    wire.take(2);
    wire.put(Uint8Array.of(3), 500);
    expect(wire.wholeAt(0)).toBe(510);
  });

  it('starts the octet under way again when its rate changes, and waits for ever at none', () => {
    const wire = new SerialWire(1e9);
    wire.put(Uint8Array.of(1, 2), 0);
    wire.setRate(5e8, 5);
    expect(wire.wholeAt(1)).toBe(45);
    wire.setRate(0, 10);
    expect(wire.whole(1e12)).toBe(0);
    wire.setRate(1e9, 50);
    expect(wire.wholeAt(1)).toBe(70);
  });

  it('is whole at the time that it says, and gives what was put on it, however it is taken', () => {
    const step = fc.record({ octets: fc.uint8Array({ maxLength: 40 }), wait: fc.nat(2e6) });
    const rate = fc.integer({ min: 300, max: 3_000_000 });
    fc.assert(
      fc.property(rate, fc.array(step), (bits, steps) => {
        const wire = new SerialWire(bits);
        const taken: number[] = [];
        let now = 0;
        for (const { octets, wait } of steps) {
          wire.put(octets, now);
          now += wait;
          taken.push(...wire.take(wire.whole(now)));
          expect(wire.length === 0 || wire.wholeAt(0) > now).toBe(true);
        }
        while (wire.length > 0) {
          now = wire.wholeAt(0);
          expect(wire.whole(now)).toBe(1);
          taken.push(...wire.take(1));
        }
        expect(taken).toEqual(steps.flatMap(({ octets }) => [...octets]));
      }),
    );
  });
});

describe('a receiver at another rate than the sender', () => {
  it.each([
    ['understands 2 % off', 115_200, 117_500, true],
    ['does not understand twice the rate', 115_200, 230_400, false],
    ['does not understand an eighth of the rate', 921_600, 115_200, false],
  ])('%s', (_, receiver, sender, clear) => expect(understands(receiver, sender)).toBe(clear));

  // Worked out by hand: at half the sender's rate the receiver sees every second bit of the line.
  it.each([
    // Bits 0 1111 1111 1 0 1111 1111 1: samples at 3, 5, … 17 (the second start bit is 10) and 19.
    ['at half the rate skips over 0xff 0xff', [0xff, 0xff], 2, [0xff]],
    // Start, then zeros to bit 8, stop at 9, zeros 10 to 18: samples 3 5 7 9 11 13 15 17, stop 19.
    ['at half the rate sees one stop bit as data', [0, 0], 2, [0x08]],
    // The start bit is 8 bits long for it: seven zeros, then ones; a stop bit; idle ones.
    ['at eight times the rate sees the start bit', [0xff], 1 / 8, [0x80]],
    ['at eight times the rate has a framing error in a zero', [0], 1 / 8, [FRAMING_ERROR]],
    ['at the same rate hears what was sent', [0x55, 0x00, 0xff, 0x12], 1, [0x55, 0x00, 0xff, 0x12]],
  ])('%s', (_, octets, ratio, heard) =>
    expect([...misread(Uint8Array.from(octets), ratio, 1)]).toEqual(heard),
  );

  it('hears what was sent up to 4 % off', () => {
    const ratio = fc.double({ min: 0.961, max: 1.039, noNaN: true });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 16 }), ratio, (octets, off) => {
        expect([...misread(octets, off, 1)]).toEqual([...octets]);
      }),
    );
  });
});
