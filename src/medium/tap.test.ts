import { describe, expect, it } from 'vitest';
import { settle } from '../../test/simulation/settle.ts';
import { type Instant, NEVER, START } from '../base/time.ts';
import { Cable } from './cable.ts';
import { Impairments } from './impairments.ts';
import { TappedMedium } from './tap.ts';

const at = (n: number): Instant => n as Instant;
const frame = (mark: number): Uint8Array => new Uint8Array(60).fill(mark);

describe('tap', () => {
  it('sees each frame as it was sent, with time and port, though none arrives', () => {
    const seen: unknown[] = [];
    const cable = new Cable();
    const medium = new TappedMedium(
      new Impairments(cable, { seed: 1, loss: 1 }),
      (octets, time, port) => seen.push([octets, time, port]),
    );
    const [a, b] = [medium.attach(), medium.attach()];
    medium.send(a, frame(1), at(10));
    medium.send(b, frame(2), at(20));
    cable.unplug(a, at(30));
    medium.send(b, frame(3), at(40)); // Never gets onto the wire.
    expect(seen).toEqual([
      [frame(1), 10, a],
      [frame(2), 20, b],
    ]);
    expect(settle(medium, NEVER)).toEqual([]);
  });

  it('changes nothing of what the medium does', () => {
    const plain = new Cable();
    const tapped = new TappedMedium(new Cable(), (octets) => octets.fill(0));
    for (const medium of [plain, tapped]) {
      medium.attach();
      medium.attach();
      for (const mark of [1, 2, 3]) medium.send(mark % 2, frame(mark), START);
    }
    expect(tapped.linked(0)).toBe(plain.linked(0));
    expect(settle(tapped, NEVER)).toEqual(settle(plain, NEVER));
  });
});
