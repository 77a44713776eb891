/**
 * A repeater hub: what one port sends, all others get. The wire is shared and half duplex, so one frame
 * is on it at a time.
 *
 * Departure from IEEE 802.3 §4.2: stations defer to each other perfectly, in the order in which they
 * sent; two that begin within one propagation time do not collide.
 */
import { assert } from '../base/errors.ts';
import { after, type Duration, type Instant, microseconds } from '../base/time.ts';
import { DeliveryQueue } from './delivery-queue.ts';
import type { Delivery, Medium, PortNumber } from './medium.ts';
import {
  isFrame,
  type LinkRate,
  type MediumCounters,
  noCounts,
  Transmitter,
} from './transmitter.ts';

export interface HubOptions {
  /** 8 unless told otherwise. */
  readonly ports?: number;
  /** 10 Mbit/s unless told otherwise. */
  readonly rate?: LinkRate;
  /** From any port to any other; 1 µs unless told otherwise. */
  readonly propagation?: Duration;
}

const BACKLOG_MAX = 65536;
const CAPACITY = 4096;

interface Repeated extends Delivery {
  readonly from: PortNumber;
}

export class Hub implements Medium {
  readonly counters: Readonly<MediumCounters>;
  readonly #counters = noCounts();
  readonly #ports: number;
  readonly #propagation: Duration;
  readonly #wire: Transmitter;
  readonly #queue = new DeliveryQueue<Repeated>(CAPACITY);
  readonly #plugged: boolean[] = [];

  constructor(options: HubOptions = {}) {
    this.counters = this.#counters;
    this.#ports = options.ports ?? 8;
    this.#propagation = options.propagation ?? microseconds(1);
    this.#wire = new Transmitter(options.rate ?? 10, BACKLOG_MAX);
  }

  attach(): PortNumber {
    assert(this.#plugged.length < this.#ports, `the hub has ${this.#ports} ports`);
    return this.#plugged.push(true) - 1;
  }

  plug(port: PortNumber): void {
    assert(port in this.#plugged, `nothing is attached at port ${port}`);
    this.#plugged[port] = true;
  }

  unplug(port: PortNumber, now: Instant): void {
    assert(port in this.#plugged, `nothing is attached at port ${port}`);
    this.#plugged[port] = false;
    this.#queue.advance(now);
    this.#counters.cut += this.#queue.remove((d) => d.port === port || d.from === port);
  }

  /** The hub itself is at the cable's other end. */
  linked(port: PortNumber): boolean {
    return this.#plugged[port] === true;
  }

  send(port: PortNumber, frame: Uint8Array, now: Instant): void {
    assert(port in this.#plugged, `nothing is attached at port ${port}`);
    if (!this.linked(port)) {
      this.#counters.unlinked += 1;
    } else if (!isFrame(frame)) {
      this.#counters.refused += 1;
    } else {
      const sent = this.#wire.transmit(frame.length, now);
      const taken = sent !== undefined && this.#repeat(port, frame.slice(), sent);
      this.#counters[taken ? 'sent' : 'overflowed'] += 1;
    }
  }

  /** All receivers are handed the same octets: nobody may write to them. */
  #repeat(from: PortNumber, frame: Uint8Array, sent: Instant): boolean {
    const at = after(sent, this.#propagation);
    let taken = true;
    for (const [port, plugged] of this.#plugged.entries()) {
      if (plugged && port !== from) taken = this.#queue.push({ port, frame, at, from }) && taken;
    }
    return taken;
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
