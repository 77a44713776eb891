/**
 * The buffers that frames under way lie in, used again and again: a simulation makes some millions of frames,
 * and garbage of that many would cost more than all the rest.
 *
 * Invariants:
 *   (1) A frame is in one place: the pool, or one queue, or on one wire.
 *   (2) Buffers made never have more than `octetsMax` octets together.
 */
import { assert } from '../base/errors.ts';
import { newPacket, type Packet } from '../base/packet.ts';
import { type Instant, START } from '../base/time.ts';

/** Two octets in front, so that what follows an Ethernet header lies on a 32-bit lane. */
const HEADROOM = 2;
/** The least and the greatest buffer, as powers of two: an acknowledgement, and an IP datagram of any length. */
const SMALLEST = 7;
const GREATEST = 17;

export class Frame {
  readonly packet: Packet;
  readonly start = HEADROOM;
  end = HEADROOM;
  /** When it was handed to the wire. */
  queuedAt = START;
  /** When its last octet arrives. */
  at = START;
  /** The frame behind it, where it waits in a row. */
  next: Frame | undefined = undefined;
  readonly size: number; // As a power of two.

  constructor(size: number) {
    this.size = size;
    this.packet = newPacket(2 ** size);
  }

  get length(): number {
    return this.end - this.start;
  }
}

/** Frames one behind the other. */
export class Row {
  #first: Frame | undefined = undefined;
  #last: Frame | undefined = undefined;

  get first(): Frame | undefined {
    return this.#first;
  }

  push(frame: Frame): void {
    frame.next = undefined;
    if (this.#last === undefined) this.#first = frame;
    else this.#last.next = frame;
    this.#last = frame;
  }

  shift(): Frame | undefined {
    const frame = this.#first;
    if (frame === undefined) return undefined;
    this.#first = frame.next;
    if (this.#first === undefined) this.#last = undefined;
    frame.next = undefined;
    return frame;
  }
}

export class FramePool {
  readonly #octetsMax: number;
  readonly #free: readonly Frame[][] = Array.from({ length: GREATEST + 1 }, () => []);
  #octets = 0;
  #taken = 0;

  constructor(octetsMax: number) {
    this.#octetsMax = octetsMax;
  }

  /** How many frames are under way. */
  get taken(): number {
    return this.#taken;
  }

  /** A copy of the octets `start` … `end` − 1; undefined when there is no more room. */
  copy(from: Packet, start: number, end: number, now: Instant): Frame | undefined {
    const frame = this.#take(end - start);
    if (frame === undefined) return undefined;
    frame.end = HEADROOM + end - start;
    frame.packet.octets.set(from.octets.subarray(start, end), HEADROOM);
    frame.queuedAt = now;
    return frame;
  }

  give(frame: Frame): void {
    this.#taken -= 1;
    (this.#free[frame.size] as Frame[]).push(frame);
  }

  #take(length: number): Frame | undefined {
    const size = Math.max(SMALLEST, 32 - Math.clz32(HEADROOM + length - 1));
    assert(size <= GREATEST, 'no frame is longer than an IP datagram can be');
    const frame = (this.#free[size] as Frame[]).pop() ?? this.#make(size);
    if (frame !== undefined) this.#taken += 1;
    return frame;
  }

  #make(size: number): Frame | undefined {
    if (this.#octets + 2 ** size > this.#octetsMax) return undefined;
    this.#octets += 2 ** size;
    return new Frame(size);
  }
}
