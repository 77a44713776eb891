/** Cables side by side as one medium, none joined to another: ends 2n and 2n + 1 are those of cable n. */
import { assert } from '../base/errors.ts';
import { earliest, type Instant } from '../base/time.ts';
import { Cable, type CableOptions } from './cable.ts';
import type { Delivery, Medium, PortNumber } from './medium.ts';

export class Cables implements Medium {
  readonly #cables: readonly Cable[];
  /** The next delivery of each, while one of another comes first. */
  readonly #heads: (Delivery | undefined)[] = [];
  #attached = 0;

  constructor(count: number, options: CableOptions = {}) {
    this.#cables = Array.from({ length: count }, () => new Cable(options));
  }

  /** The ends of the first cable, then those of the next. */
  attach(): PortNumber {
    const cable = this.#cables[this.#attached >> 1];
    assert(cable !== undefined, `${this.#cables.length} cables have no further end`);
    cable.attach();
    return this.#attached++;
  }

  linked(port: PortNumber): boolean {
    return this.#cables[port >> 1]?.linked(port & 1) ?? false;
  }

  send(port: PortNumber, frame: Uint8Array, now: Instant): void {
    const cable = this.#cables[port >> 1];
    assert(cable !== undefined, `nothing is attached at ${port}`);
    cable.send(port & 1, frame, now);
  }

  pollDelivery(): Delivery | undefined {
    let next: Delivery | undefined;
    for (const [i, cable] of this.#cables.entries()) {
      this.#heads[i] ??= numbered(cable.pollDelivery(), i);
      const head = this.#heads[i];
      if (head !== undefined && (next === undefined || head.at < next.at)) next = head;
    }
    if (next !== undefined) this.#heads[next.port >> 1] = undefined;
    return next;
  }

  pollTimeout(): Instant | undefined {
    return earliest(...this.#cables.map((cable) => cable.pollTimeout()));
  }

  handleTimeout(now: Instant): void {
    for (const cable of this.#cables) cable.handleTimeout(now);
  }
}

const numbered = (delivery: Delivery | undefined, cable: number): Delivery | undefined =>
  delivery && { ...delivery, port: 2 * cable + delivery.port };
