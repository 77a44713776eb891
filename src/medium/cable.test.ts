import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { settle } from '../../test/simulation/settle.ts';
import { type Instant, microseconds, NEVER, START } from '../base/time.ts';
import { Cable, type CableOptions } from './cable.ts';

const at = (n: number): Instant => n as Instant;
const frame = (length: number, mark = 0): Uint8Array => new Uint8Array(length).fill(mark);

function cable(options: CableOptions = {}): Cable {
  const medium = new Cable(options);
  medium.attach();
  medium.attach();
  return medium;
}

describe('cable', () => {
  // (8 preamble and SFD + 60 + 4 FCS) · 8 bits = 576; 1514 octets make 12,208.
  it.each([
    ['60 octets at 10 Mbit/s take 57.6 µs', 10, 60, 58],
    ['60 octets at 100 Mbit/s take 5.76 µs', 100, 60, 6],
    ['1514 octets at 10 Mbit/s take 1220.8 µs', 10, 1514, 1221],
    ['1514 octets at 100 Mbit/s take 122.08 µs', 100, 1514, 123],
  ] as const)('%s', (_name, rate, length, microsecondsTaken) => {
    const medium = cable({ rate, propagation: microseconds(0) });
    medium.send(0, frame(length), at(1000));
    expect(medium.pollTimeout()).toBe(1000 + microsecondsTaken);
    expect(settle(medium, NEVER)).toEqual([
      { port: 1, frame: frame(length), at: 1000 + microsecondsTaken },
    ]);
  });

  it('carries 8127 frames of 1518 octets a second at 100 Mbit/s, as RFC 2544 §20 has it', () => {
    const medium = cable({ backlogMax: 1e9, capacity: 10_000, propagation: microseconds(0) });
    for (let i = 0; i < 9000; i++) medium.send(0, frame(1514), START);
    const deliveries = settle(medium, at(1_000_000));
    expect(deliveries.length).toBe(8127);
  });

  it('gives every frame the time that exact arithmetic gives, each direction apart', () => {
    const sending = fc.record({
      gap: fc.nat(300),
      port: fc.constantFrom(0, 1),
      length: fc.integer({ min: 1, max: 1514 }),
    });
    fc.assert(
      fc.property(
        fc.array(sending, { maxLength: 40 }),
        fc.constantFrom(10 as const, 100 as const),
        fc.nat(500),
        (sendings, rate, propagation) => {
          const medium = cable({ rate, propagation: microseconds(propagation), backlogMax: 1e6 });
          const bit = 1000n / BigInt(rate); // ns
          const free = [0n, 0n];
          const expected: { port: number; at: number }[] = [];
          let now = 0;
          for (const { gap, port, length } of sendings) {
            now += gap;
            medium.send(port, frame(length), at(now));
            const begin = [BigInt(now) * 1000n, free[port] ?? 0n].reduce((a, b) => (a > b ? a : b));
            const end = begin + BigInt(length + 12) * 8n * bit;
            free[port] = end + 96n * bit;
            expected.push({ port: 1 - port, at: Number((end + 999n) / 1000n) + propagation });
          }
          expected.sort((a, b) => a.at - b.at);
          expect(settle(medium, NEVER).map((d) => ({ port: d.port, at: d.at }))).toEqual(expected);
        },
      ),
    );
  });

  it('hands over what was sent, whatever the sender does to its buffer afterwards', () => {
    const medium = cable();
    const buffer = frame(60, 1);
    medium.send(0, buffer, START);
    buffer.fill(2);
    expect(settle(medium, NEVER)[0]?.frame).toEqual(frame(60, 1));
  });

  it('has a link when both ends are attached and plugged in', () => {
    const medium = new Cable();
    const port = medium.attach();
    expect(medium.linked(port)).toBe(false);
    const other = medium.attach();
    expect([medium.linked(port), medium.linked(other)]).toEqual([true, true]);
    medium.unplug(other, START);
    expect([medium.linked(port), medium.linked(other)]).toEqual([false, false]);
    medium.plug(other);
    expect([medium.linked(port), medium.linked(other)]).toEqual([true, true]);
    expect(() => medium.attach()).toThrow('two ends');
  });

  it('loses what is on its way when an end is pulled, and nothing that has arrived', () => {
    const medium = cable({ rate: 10, propagation: microseconds(0) });
    for (const mark of [1, 2, 3]) medium.send(0, frame(60, mark), START);
    medium.unplug(1, at(100));
    medium.send(0, frame(60, 4), at(110));
    medium.plug(1);
    medium.send(0, frame(60, 5), at(120));
    expect(settle(medium, NEVER).map((d) => [d.frame[0], d.at])).toEqual([
      [1, 58],
      [5, 178],
    ]);
    expect(medium.counters).toMatchObject({ sent: 4, cut: 2, unlinked: 1 });
  });

  it('drops and counts what does not fit', () => {
    const medium = cable({ backlogMax: 200, capacity: 4 });
    for (let i = 0; i < 5; i++) medium.send(0, frame(60), START);
    medium.send(0, frame(0), START);
    medium.send(0, frame(1997), START);
    for (let i = 0; i < 5; i++) medium.send(1, frame(60), at(i));
    // 84 octets each with gap: the fourth would wait for 252; the capacity leaves room for one more.
    expect(medium.counters).toEqual({ sent: 4, overflowed: 6, unlinked: 0, refused: 2, cut: 0 });
    expect(settle(medium, NEVER).length).toBe(4);
  });

  it('takes a new rate for the frames that follow', () => {
    const medium = cable({ rate: 10, propagation: microseconds(0) });
    medium.send(0, frame(60), START);
    medium.setRate(100);
    medium.send(0, frame(60), START);
    // 57.6 µs, a gap of 9.6 µs at the old rate, and 5.76 µs.
    expect(settle(medium, NEVER).map((d) => d.at)).toEqual([58, 73]);
  });
});
