/** A link between two interfaces: a wire for each direction. Both are up, or both are down. */
import type { Packet } from '../base/packet.ts';
import { type Instant, microseconds } from '../base/time.ts';
import type { Tap } from '../medium/medium.ts';
import type { FramePool } from './frame.ts';
import { Wire, type WireOptions } from './wire.ts';

export interface LinkOptions extends WireOptions {
  /** Where the direction from the second end to the first differs from the other. */
  readonly reverse?: WireOptions;
}

export class Link {
  /** Sees each frame that is handed to the link while it is up, before anything befalls it; port 0 is the first end. */
  tap: Tap | undefined = undefined;
  readonly name: string;
  /** From the first end to the second, and back. */
  readonly wires: readonly [Wire, Wire];
  readonly #options: LinkOptions;
  #up = true;

  /** @throws UsageError `impairment-range` */
  constructor(name: string, options: LinkOptions, pool: FramePool, seed: () => number) {
    const { reverse, ...forward } = options;
    this.name = name;
    this.#options = options;
    this.wires = [
      new Wire(forward, pool, seed()),
      new Wire({ ...forward, ...reverse }, pool, seed()),
    ];
  }

  get up(): boolean {
    return this.#up;
  }

  setUp(up: boolean, now: Instant): void {
    this.#up = up;
    for (const wire of this.wires) wire.setUp(up, now);
  }

  send(port: 0 | 1, packet: Packet, start: number, end: number, now: Instant): void {
    if (this.#up) this.tap?.(packet.octets.slice(start, end), now, port);
    this.wires[port].send(packet, start, end, now);
  }

  /** What it is and what befell it, a line a direction. */
  describe(): string {
    const [there, back] = this.wires;
    const { reverse, ...forward } = this.#options;
    return [
      `link ${this.name}${this.#up ? '' : ', down'}`,
      `  → ${settings(forward, there)}: ${counts(there)}`,
      `  ← ${settings({ ...forward, ...reverse }, back)}: ${counts(back)}`,
    ].join('\n');
  }
}

function settings({ rate, propagation = microseconds(0) }: WireOptions, wire: Wire): string {
  const queue = wire.discipline.describe();
  const sending = rate === undefined ? 'no rate' : `${rate} bit/s, ${queue}`;
  return `${sending}, ${propagation} µs, ${wire.impairments}`;
}

/** Those that are not zero. */
function counts(wire: Wire): string {
  const all = { ...wire.counters, ...wire.discipline.counters };
  return Object.entries(all)
    .filter(([, n]) => n > 0)
    .map(([name, n]) => `${name} ${n}`)
    .join(', ');
}
