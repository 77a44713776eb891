/**
 * A medium that is not as good as the one in it. What the inner one delivers passes
 *
 *   loss ──▶ corruption ──▶ delay + jitter ──▶ reordering ──▶ duplication ──▶ delivery
 *
 * each with a probability of its own, independently for each frame and receiver.
 *
 * Invariants:
 *   (1) Each frame takes the same number of draws, so one setting does not change what another does.
 *   (2) Jitter alone reorders nothing: only a frame that reordering holds back is overtaken.
 *   (3) The inner medium's octets are not written to.
 */
import { after, type Instant, START } from '../base/time.ts';
import { DeliveryQueue } from './delivery-queue.ts';
import { Fate, type ImpairmentSettings } from './fate.ts';
import type { Delivery, Medium, PortNumber } from './medium.ts';

export interface ImpairmentCounters {
  /** What came from the inner medium. */
  frames: number;
  lost: number;
  duplicated: number;
  /** Held back; whether any was overtaken depends on what came next. */
  reordered: number;
  /** Dropped at the receiver's FCS, or handed up damaged when the settings say so. */
  corrupted: number;
  /** Dropped because too many were under way. */
  overflowed: number;
  /** Dropped because the receiver was unplugged before its time came. */
  cut: number;
}

const CAPACITY = 4096;

export class Impairments implements Medium {
  readonly counters: Readonly<ImpairmentCounters>;
  readonly #counters: ImpairmentCounters = {
    frames: 0,
    lost: 0,
    duplicated: 0,
    reordered: 0,
    corrupted: 0,
    overflowed: 0,
    cut: 0,
  };
  readonly #medium: Medium;
  readonly #fate: Fate;
  readonly #queue = new DeliveryQueue(CAPACITY);
  readonly #last = new Map<PortNumber, Instant>(); // The latest delivery that was not held back.

  /** @throws UsageError `impairment-range` when a setting is out of its range. */
  constructor(medium: Medium, settings: ImpairmentSettings) {
    this.counters = this.#counters;
    this.#medium = medium;
    this.#fate = new Fate(settings);
  }

  attach(): PortNumber {
    return this.#medium.attach();
  }

  linked(port: PortNumber): boolean {
    return this.#medium.linked(port);
  }

  send(port: PortNumber, frame: Uint8Array, now: Instant): void {
    this.#medium.send(port, frame, now);
  }

  pollDelivery(): Delivery | undefined {
    for (let d = this.#queue.poll(); d !== undefined; d = this.#queue.poll()) {
      if (this.#medium.linked(d.port)) return d;
      this.#counters.cut += 1;
    }
    return undefined;
  }

  pollTimeout(): Instant | undefined {
    const inner = this.#medium.pollTimeout();
    const own = this.#queue.nextAt();
    return inner === undefined || (own !== undefined && own < inner) ? own : inner;
  }

  handleTimeout(now: Instant): void {
    this.#medium.handleTimeout(now);
    for (let d = this.#medium.pollDelivery(); d !== undefined; d = this.#medium.pollDelivery()) {
      this.#impair(d);
    }
    this.#queue.advance(now);
  }

  #impair({ port, frame, at }: Delivery): void {
    const fate = this.#fate.draw();
    this.#counters.frames += 1;
    if (fate.lost) {
      this.#counters.lost += 1;
      return;
    }
    if (fate.corrupted) this.#counters.corrupted += 1;
    if (fate.dropped) return;
    const octets = fate.corrupted ? frame.slice() : frame;
    if (fate.corrupted) fate.damage(octets, 0, octets.length);
    let due = Math.max(after(at, fate.late), this.#last.get(port) ?? START) as Instant;
    if (fate.held) {
      this.#counters.reordered += 1;
      due = after(due, fate.hold);
    } else {
      this.#last.set(port, due);
    }
    this.#deliver({ port, frame: octets, at: due });
    if (fate.twice) {
      this.#counters.duplicated += 1;
      this.#deliver({ port, frame: octets, at: due });
    }
  }

  #deliver(delivery: Delivery): void {
    if (!this.#queue.push(delivery)) this.#counters.overflowed += 1;
  }

  /** Seed and settings in one line. */
  describe(): string {
    return this.#fate.describe();
  }
}
