import { describe, expect, it } from 'vitest';
import { type Instant, START } from '../base/time.ts';
import { Cables } from './cables.ts';

const frame = (fill: number, length = 60): Uint8Array => new Uint8Array(length).fill(fill);
const LATER = 1_000_000 as Instant;

function cables(count: number): Cables {
  const medium = new Cables(count);
  for (let end = 0; end < 2 * count; end++) expect(medium.attach()).toBe(end);
  return medium;
}

describe('cables side by side', () => {
  it('carry from end 2n to end 2n + 1 and back, and to no other', () => {
    const medium = cables(3);
    for (let end = 0; end < 6; end++) medium.send(end, frame(end), START);
    medium.handleTimeout(LATER);
    const heard = Array.from({ length: 6 }, () => medium.pollDelivery());
    expect(new Map(heard.map((d) => [d?.port, d?.frame[0]]))).toEqual(
      new Map([0, 1, 2, 3, 4, 5].map((end) => [end ^ 1, end])),
    );
    expect(medium.pollDelivery()).toBeUndefined();
  });

  it('deliver in the order of time, whichever cable it is', () => {
    const medium = cables(2);
    medium.send(0, frame(1, 1500), START);
    medium.send(0, frame(3), START);
    medium.send(2, frame(2, 200), START);
    medium.send(2, frame(4, 1514), START);
    expect(medium.pollTimeout()).toBeLessThan(100);
    medium.handleTimeout(LATER);
    const order: (number | undefined)[] = [];
    for (let d = medium.pollDelivery(); d !== undefined; d = medium.pollDelivery()) {
      order.push(d.frame[0]);
    }
    expect(order).toEqual([2, 1, 3, 4]);
    expect(medium.pollTimeout()).toBeUndefined();
  });

  it('have a link where both ends are taken', () => {
    const medium = new Cables(2);
    for (let end = 0; end < 3; end++) medium.attach();
    expect([0, 1, 2, 3].map((end) => medium.linked(end))).toEqual([true, true, false, false]);
  });
});
