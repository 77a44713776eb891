/** A loopback plug: the transmit pair joined to the receive pair, so that a card hears itself. */
import { assert } from '../base/errors.ts';
import type { Instant } from '../base/time.ts';
import { DeliveryQueue } from './delivery-queue.ts';
import type { Delivery, Medium, PortNumber } from './medium.ts';
import {
  isFrame,
  type LinkRate,
  type MediumCounters,
  noCounts,
  Transmitter,
} from './transmitter.ts';

const BACKLOG_MAX = 65536;
const CAPACITY = 4096;

export class Loopback implements Medium {
  readonly counters: Readonly<MediumCounters>;
  readonly #counters = noCounts();
  readonly #transmitter: Transmitter;
  readonly #queue = new DeliveryQueue(CAPACITY);
  #attached = false;

  constructor(rate: LinkRate = 100) {
    this.counters = this.#counters;
    this.#transmitter = new Transmitter(rate, BACKLOG_MAX);
  }

  attach(): PortNumber {
    assert(!this.#attached, 'a loopback plug has one end');
    this.#attached = true;
    return 0;
  }

  linked(_port: PortNumber): boolean {
    return this.#attached;
  }

  send(port: PortNumber, frame: Uint8Array, now: Instant): void {
    assert(port === 0 && this.#attached, `nothing is attached at port ${port}`);
    if (!isFrame(frame)) {
      this.#counters.refused += 1;
      return;
    }
    const at = this.#transmitter.transmit(frame.length, now);
    const taken = at !== undefined && this.#queue.push({ port, frame: frame.slice(), at });
    this.#counters[taken ? 'sent' : 'overflowed'] += 1;
  }

  pollDelivery(): Delivery | undefined {
    return this.#queue.poll();
  }

  pollTimeout(): Instant | undefined {
    return this.#queue.nextAt();
  }

  handleTimeout(now: Instant): void {
    this.#queue.advance(now);
  }
}
