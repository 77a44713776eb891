import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { settle } from '../../test/simulation/settle.ts';
import { type Instant, microseconds, NEVER, START } from '../base/time.ts';
import { Hub } from './hub.ts';
import { Loopback } from './loopback.ts';

const at = (n: number): Instant => n as Instant;
const frame = (mark: number): Uint8Array => new Uint8Array(60).fill(mark);

function hub(stations: number): Hub {
  const medium = new Hub({ propagation: microseconds(0) });
  for (let i = 0; i < stations; i++) medium.attach();
  return medium;
}

describe('hub', () => {
  it('repeats each frame to all other ports, one frame at a time, in the order of sending', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(3), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 4, max: 8 }),
        (senders, stations) => {
          const medium = hub(stations);
          for (const [i, port] of senders.entries()) medium.send(port, frame(i), START);
          const expected = senders.flatMap((sender, i) =>
            Array.from({ length: stations }, (_, port) => port)
              .filter((port) => port !== sender)
              // 57.6 µs a frame and 9.6 µs of gap: 67.2 µs from one to the next.
              .map((port) => ({ port, mark: i, at: Math.ceil((672 * i + 576) / 10) })),
          );
          const got = settle(medium, NEVER).map((d) => ({
            port: d.port,
            mark: d.frame[0],
            at: d.at,
          }));
          expect(got).toEqual(expected);
        },
      ),
    );
  });

  it('cuts off one station and leaves the others', () => {
    const medium = hub(3);
    medium.send(0, frame(1), START);
    medium.send(2, frame(2), START);
    medium.unplug(2, at(10));
    medium.send(2, frame(3), at(20));
    expect([0, 1, 2].map((port) => medium.linked(port))).toEqual([true, true, false]);
    expect(settle(medium, NEVER).map((d) => [d.port, d.frame[0]])).toEqual([[1, 1]]);
    medium.plug(2);
    medium.send(0, frame(4), at(1000));
    expect(settle(medium, NEVER).map((d) => d.port)).toEqual([1, 2]);
    expect(medium.counters).toEqual({ sent: 3, overflowed: 0, unlinked: 1, refused: 0, cut: 3 });
  });

  it('has no more ports than it was made with', () => {
    const medium = new Hub({ ports: 2 });
    medium.attach();
    medium.attach();
    expect(() => medium.attach()).toThrow('2 ports');
  });

  it('drops and counts what waits too long', () => {
    const medium = hub(2);
    // Each takes 84 octets of time on the wire, so the 782nd would wait for more than 65536.
    for (let i = 0; i < 1000; i++) medium.send(0, frame(i), START);
    expect(medium.counters).toMatchObject({ sent: 781, overflowed: 219 });
    expect(settle(medium, NEVER).length).toBe(781);
  });
});

describe('loopback', () => {
  it('brings back what was sent, when its time on the wire has passed', () => {
    const medium = new Loopback(10);
    const port = medium.attach();
    medium.send(port, frame(1), at(100));
    medium.send(port, frame(2), at(100));
    medium.send(port, new Uint8Array(), at(100));
    expect(settle(medium, NEVER)).toEqual([
      { port, frame: frame(1), at: 158 },
      { port, frame: frame(2), at: 225 },
    ]);
    expect(medium.counters).toMatchObject({ sent: 2, refused: 1 });
  });

  it('has a link once a card is attached, and one end only', () => {
    const medium = new Loopback();
    expect(medium.linked(0)).toBe(false);
    medium.attach();
    expect(medium.linked(0)).toBe(true);
    expect(() => medium.attach()).toThrow('one end');
  });
});
