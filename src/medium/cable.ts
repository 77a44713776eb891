/**
 * A twisted pair cable between two cards, full duplex: each direction is a wire of its own.
 *
 *   send(0) ──▶ transmitter 0 ──── propagation ────▶ delivery at 1
 *   send(1) ──▶ transmitter 1 ──── propagation ────▶ delivery at 0
 *
 * Frames of one direction arrive in the order in which they were sent. What is on its way when an end is
 * pulled is lost.
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

export interface CableOptions {
  /** 100 Mbit/s unless told otherwise. */
  readonly rate?: LinkRate;
  /** 1 µs unless told otherwise: 100 m take 0.55 µs, rounded up to the clock's grain. */
  readonly propagation?: Duration;
  /** How many octets may wait for the wire at each end; 64 KiB unless told otherwise. */
  readonly backlogMax?: number;
  /** How many frames may be under way or wait for their taker; 4096 unless told otherwise. */
  readonly capacity?: number;
}

export class Cable implements Medium {
  readonly counters: Readonly<MediumCounters>;
  readonly #counters = noCounts();
  readonly #propagation: Duration;
  readonly #transmitters: readonly [Transmitter, Transmitter];
  readonly #queue: DeliveryQueue;
  readonly #plugged: boolean[] = [];

  constructor(options: CableOptions = {}) {
    const { rate = 100, backlogMax = 65536 } = options;
    this.counters = this.#counters;
    this.#propagation = options.propagation ?? microseconds(1);
    this.#transmitters = [new Transmitter(rate, backlogMax), new Transmitter(rate, backlogMax)];
    this.#queue = new DeliveryQueue(options.capacity ?? 4096);
  }

  /** An end, plugged in. */
  attach(): PortNumber {
    assert(this.#plugged.length < 2, 'a cable has two ends');
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
    this.#counters.cut += this.#queue.remove(() => true);
    for (const transmitter of this.#transmitters) transmitter.reset();
  }

  /** What both cards agreed on; frames sent from now on take it. */
  setRate(rate: LinkRate): void {
    for (const transmitter of this.#transmitters) transmitter.rate = rate;
  }

  linked(_port: PortNumber): boolean {
    return this.#plugged[0] === true && this.#plugged[1] === true;
  }

  send(port: PortNumber, frame: Uint8Array, now: Instant): void {
    const transmitter = this.#transmitters[port];
    assert(transmitter !== undefined && port in this.#plugged, `nothing is attached at ${port}`);
    if (!this.linked(port)) {
      this.#counters.unlinked += 1;
    } else if (!isFrame(frame)) {
      this.#counters.refused += 1;
    } else {
      const sent = transmitter.transmit(frame.length, now);
      const taken = sent !== undefined && this.#carry(1 - port, frame.slice(), sent);
      this.#counters[taken ? 'sent' : 'overflowed'] += 1;
    }
  }

  #carry(port: PortNumber, frame: Uint8Array, sent: Instant): boolean {
    return this.#queue.push({ port, frame, at: after(sent, this.#propagation) });
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
