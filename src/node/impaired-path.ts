/** One direction between a device and a host, made as bad as `ImpairmentSettings` say. Frames are copied. */
import { asPacket, newPacket, type Packet } from '../base/packet.ts';
import type { Instant } from '../base/time.ts';
import { DeliveryQueue } from '../medium/delivery-queue.ts';
import type { ImpairmentSettings } from '../medium/fate.ts';
import { type ImpairmentCounters, Impairments } from '../medium/impairments.ts';
import type { Delivery, Medium, PortNumber } from '../medium/medium.ts';
import { FRAME_START, type FrameSpan } from './frame-device.ts';

const FAR_END = 0;

/** A wire in one direction, of no length: a frame is at its end before the next is put on it. */
class Wire implements Medium {
  readonly #queue = new DeliveryQueue(1);

  attach(): PortNumber {
    return FAR_END;
  }

  linked(): boolean {
    return true;
  }

  send(port: PortNumber, frame: Uint8Array, now: Instant): void {
    this.#queue.push({ port, frame, at: now });
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

export class ImpairedPath {
  readonly counters: Readonly<ImpairmentCounters>;
  readonly frame: FrameSpan;
  readonly #frame: { packet: Packet; start: number; end: number };
  readonly #medium: Impairments;

  /** @throws UsageError `impairment-range` */
  constructor(settings: ImpairmentSettings) {
    this.#medium = new Impairments(new Wire(), settings);
    this.counters = this.#medium.counters;
    this.#frame = { packet: newPacket(0), start: 0, end: 0 };
    this.frame = this.#frame;
  }

  send(packet: Packet, start: number, end: number, now: Instant): void {
    const copy = newPacket(FRAME_START + end - start).octets.subarray(FRAME_START);
    copy.set(packet.octets.subarray(start, end));
    this.#medium.send(FAR_END, copy, now);
    this.#medium.handleTimeout(now);
  }

  /** True: `frame` is the next whose time has come. Not to be written to: a copy of it may follow. */
  pollFrame(): boolean {
    const delivery = this.#medium.pollDelivery();
    if (delivery === undefined) return false;
    this.#frame.packet = asPacket(delivery.frame);
    this.#frame.end = delivery.frame.length;
    return true;
  }

  pollTimeout(): Instant | undefined {
    return this.#medium.pollTimeout();
  }

  handleTimeout(now: Instant): void {
    this.#medium.handleTimeout(now);
  }
}
