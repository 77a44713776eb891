/**
 * One direction of a link.
 *
 *   send ──▶ discipline ──▶ transmitter ──▶ propagation ──▶ fate ──▶ pollFrame
 *            (queue)        (rate)          (delay)         (loss, jitter …)
 *
 * Invariants:
 *   (1) `#freeAt` and `#freeFraction` are when the transmitter's last bit leaves, exactly: `#freeFraction` /
 *       rate microseconds after `#freeAt`. So a busy wire carries what its rate says, for ever.
 *   (2) A frame waits in the discipline only while the transmitter is busy or the wire is down.
 *   (3) `#flying` is in the order of time: a frame comes no earlier than the one before it, whatever its
 *       jitter. Those that reordering holds back are in `#held` instead.
 */

import type { Packet } from '../base/packet.ts';
import { after, type Duration, earliest, type Instant, NEVER, START } from '../base/time.ts';
import { DeliveryQueue } from '../medium/delivery-queue.ts';
import { Fate, type ImpairmentSettings } from '../medium/fate.ts';
import { type Discipline, dropTail, type NewDiscipline } from './discipline.ts';
import { type Frame, type FramePool, Row } from './frame.ts';

export type WireImpairments = Omit<ImpairmentSettings, 'seed'>;

export interface WireOptions {
  /** In bit/s; without it frames take no time to send, and none waits. */
  readonly rate?: number;
  /** Octets that each frame takes beside its own, 0 unless told otherwise; Ethernet takes 24. */
  readonly overhead?: number;
  readonly propagation?: Duration;
  /** Drops the newest beyond 256 KiB unless told otherwise. */
  readonly queue?: NewDiscipline;
  readonly impairments?: WireImpairments;
}

export interface WireCounters {
  /** Handed to the wire. */
  sent: number;
  /** Arrived, copies included. */
  delivered: number;
  octetsDelivered: number;
  /** By impairments. */
  lost: number;
  corrupted: number;
  reordered: number;
  duplicated: number;
  /** The pool of frames under way was empty. */
  exhausted: number;
  /** Sent or under way while the link was down. */
  cut: number;
}

const QUEUE_LIMIT = 262_144;
const HELD_MAX = 65_536;
const MICROSECONDS = 1_000_000;

export class Wire {
  readonly counters: Readonly<WireCounters>;
  readonly #counters: WireCounters = {
    sent: 0,
    delivered: 0,
    octetsDelivered: 0,
    lost: 0,
    corrupted: 0,
    reordered: 0,
    duplicated: 0,
    exhausted: 0,
    cut: 0,
  };
  readonly #pool: FramePool;
  readonly #discipline: Discipline;
  readonly #fate: Fate | undefined;
  readonly #rate: number;
  readonly #overhead: number;
  readonly #propagation: Duration;
  readonly #flying = new Row();
  readonly #held = new DeliveryQueue<Frame>(HELD_MAX);
  #freeAt = START;
  #freeFraction = 0;
  #lastAt = START; // When the last of #flying comes.
  #up = true;

  /** @throws UsageError `impairment-range` */
  constructor(options: WireOptions, pool: FramePool, seed: number) {
    this.counters = this.#counters;
    this.#pool = pool;
    this.#rate = options.rate ?? 0;
    this.#overhead = options.overhead ?? 0;
    this.#propagation = options.propagation ?? (0 as Duration);
    this.#discipline = (options.queue ?? dropTail(QUEUE_LIMIT))(pool, seed);
    const { impairments } = options;
    this.#fate = impairments === undefined ? undefined : new Fate({ ...impairments, seed });
  }

  /** What waits for the transmitter, in octets. */
  get queued(): number {
    return this.#discipline.octets;
  }

  get discipline(): Pick<Discipline, 'counters' | 'describe'> {
    return this.#discipline;
  }

  /** In one line. */
  get impairments(): string {
    return this.#fate === undefined ? 'no impairments' : this.#fate.describe();
  }

  /** Copies the octets `start` … `end` − 1. */
  send(packet: Packet, start: number, end: number, now: Instant): void {
    this.#counters.sent += 1;
    if (!this.#up) {
      this.#counters.cut += 1;
      return;
    }
    const frame = this.#pool.copy(packet, start, end, now);
    if (frame === undefined) {
      this.#counters.exhausted += 1;
    } else if (this.#rate === 0) {
      this.#fly(frame, now);
    } else {
      this.#discipline.enqueue(frame, now);
      this.#transmit(now);
    }
  }

  /** A frame that has arrived; the caller gives it back to the pool. At one instant, what was held back is first. */
  pollFrame(now: Instant): Frame | undefined {
    const frame = this.#pollHeld(now) ?? this.#pollFlying(now);
    if (frame !== undefined) {
      this.#counters.delivered += 1;
      this.#counters.octetsDelivered += frame.length;
    }
    return frame;
  }

  #pollHeld(now: Instant): Frame | undefined {
    if (this.#held.size === 0) return undefined;
    this.#held.advance(now);
    return this.#held.poll();
  }

  #pollFlying(now: Instant): Frame | undefined {
    const first = this.#flying.first;
    return first !== undefined && first.at <= now ? this.#flying.shift() : undefined;
  }

  pollTimeout(): Instant | undefined {
    const sending = this.#discipline.empty ? undefined : this.#free();
    return earliest(sending, this.#flying.first?.at, this.#held.nextAt());
  }

  handleTimeout(now: Instant): void {
    this.#transmit(now);
  }

  /** Down, it loses what waits and what is under way. */
  setUp(up: boolean, now: Instant): void {
    this.#up = up;
    if (up) return;
    this.#drain(() => this.#discipline.dequeue(now));
    this.#drain(() => this.#flying.shift());
    this.#held.advance(NEVER);
    this.#drain(() => this.#held.poll());
    this.#freeAt = now;
    this.#freeFraction = 0;
    this.#lastAt = now;
  }

  #drain(next: () => Frame | undefined): void {
    for (let frame = next(); frame !== undefined; frame = next()) {
      this.#counters.cut += 1;
      this.#pool.give(frame);
    }
  }

  #free(): Instant {
    return (this.#freeFraction > 0 ? this.#freeAt + 1 : this.#freeAt) as Instant;
  }

  #transmit(now: Instant): void {
    while (this.#free() <= now) {
      const frame = this.#discipline.dequeue(now);
      if (frame === undefined) return;
      this.#occupy(frame);
      this.#fly(frame, this.#free());
    }
  }

  /** From when the frame came or the wire was free, whichever is later, for as long as its bits take. */
  #occupy(frame: Frame): void {
    if (frame.queuedAt > this.#freeAt) {
      this.#freeAt = frame.queuedAt;
      this.#freeFraction = 0;
    }
    const taken = (frame.length + this.#overhead) * 8 * MICROSECONDS + this.#freeFraction;
    this.#freeAt = after(this.#freeAt, Math.floor(taken / this.#rate) as Duration);
    this.#freeFraction = taken % this.#rate;
  }

  #fly(frame: Frame, sent: Instant): void {
    const at = after(sent, this.#propagation);
    if (this.#fate === undefined) {
      this.#land(frame, at);
      return;
    }
    const fate = this.#fate.draw();
    if (fate.lost || fate.dropped) {
      this.#counters[fate.lost ? 'lost' : 'corrupted'] += 1;
      this.#pool.give(frame);
      return;
    }
    if (fate.corrupted) {
      this.#counters.corrupted += 1;
      fate.damage(frame.packet.octets, frame.start, frame.end);
    }
    if (fate.held) this.#counters.reordered += 1;
    const due = after(at, fate.late);
    const copy = fate.twice
      ? this.#pool.copy(frame.packet, frame.start, frame.end, frame.queuedAt)
      : undefined;
    this.#arrive(frame, due, fate.held ? fate.hold : undefined);
    if (copy === undefined) return;
    this.#counters.duplicated += 1;
    this.#arrive(copy, due, fate.held ? fate.hold : undefined);
  }

  #arrive(frame: Frame, due: Instant, hold: Duration | undefined): void {
    if (hold === undefined) {
      this.#land(frame, due);
      return;
    }
    frame.at = after(Math.max(due, this.#lastAt) as Instant, hold);
    if (this.#held.push(frame)) return;
    this.#counters.exhausted += 1;
    this.#pool.give(frame);
  }

  /** At `due`, or when the one before it lands, if that is later. */
  #land(frame: Frame, due: Instant): void {
    if (due > this.#lastAt) this.#lastAt = due;
    frame.at = this.#lastAt;
    this.#flying.push(frame);
  }
}
