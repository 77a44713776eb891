/**
 * A cable with stations that the learner's `csma` runs, in bit times. Each hears each other after the same delay. What a
 * station does wrong is noted; the bench goes on, so that the report can say it.
 */
import { fraction, type Rng } from '../../../src/base/random.ts';
import type { Learner } from '../../../src/lab/lab.ts';

const DELAY = 30;

export interface BusRun {
  readonly sent: number;
  readonly collisions: number;
  readonly failed: number;
  /** Frames that each station got through. */
  readonly shares: readonly number[];
  /** What part of the time carried frames that got through. */
  readonly used: number;
  /** A transmission that began while another was heard, or too soon after one, or an answer that is no step. */
  readonly fault: string | undefined;
}

interface Step {
  readonly station: unknown;
  readonly timer: unknown;
  readonly transmit: unknown;
  readonly result: unknown;
}

type Event =
  | { readonly at: number; readonly kind: 'timer'; readonly to: number; readonly serial: number }
  | {
      readonly at: number;
      readonly kind: 'carrier';
      readonly to: number;
      readonly from: number;
      readonly present: boolean;
    };

class Bus {
  readonly #learner: Learner;
  readonly #rng: Rng;
  readonly #bits: number;
  readonly #stations: unknown[];
  readonly #timers: number[];
  /** Whom each station hears, and when it last heard anybody. */
  readonly #heard: Set<number>[];
  readonly #quietSince: number[];
  readonly #sending = new Map<number, number>();
  #events: Event[] = [];
  #now = 0;
  readonly shares: number[];
  collisions = 0;
  failed = 0;
  fault: string | undefined;

  constructor(learner: Learner, rng: Rng, count: number, bits: number) {
    this.#learner = learner;
    this.#rng = rng;
    this.#bits = bits;
    const each = <T>(value: () => T): T[] => Array.from({ length: count }, value);
    this.#stations = each(() => ({ state: 'idle', collisions: 0, carrier: false }));
    this.#timers = each(() => 0);
    this.#heard = each(() => new Set<number>());
    this.#quietSince = each(() => Number.NEGATIVE_INFINITY);
    this.shares = each(() => 0);
  }

  async run(length: number): Promise<number> {
    for (let i = 0; i < this.#stations.length; i++) await this.#offer(i);
    while (this.fault === undefined) {
      this.#events.sort((a, b) => a.at - b.at);
      const event = this.#events.shift();
      if (event === undefined) this.fault = 'nobody sends, and nobody waits for anything';
      if (event === undefined || event.at > length) break;
      this.#now = event.at;
      if (event.kind === 'timer') await this.#timer(event.to, event.serial);
      else await this.#carrier(event.to, event.from, event.present);
    }
    return this.#now;
  }

  /** A station always has a frame. */
  #offer(i: number): Promise<void> {
    return this.#tell(i, { kind: 'frame' });
  }

  async #timer(i: number, serial: number): Promise<void> {
    if (serial !== this.#timers[i]) return;
    this.#end(i);
    await this.#tell(i, { kind: 'timer' });
  }

  async #carrier(i: number, from: number, present: boolean): Promise<void> {
    const heard = this.#heard[i] as Set<number>;
    const before = heard.size > 0;
    if (present) heard.add(from);
    else heard.delete(from);
    if (heard.size > 0 === before) return;
    if (before) this.#quietSince[i] = this.#now;
    await this.#tell(i, { kind: 'carrier', present: heard.size > 0 });
  }

  async #tell(i: number, event: object): Promise<void> {
    if (this.fault !== undefined) return;
    const answer = await this.#learner.call(
      'csma',
      this.#stations[i],
      event,
      this.#bits,
      fraction(this.#rng),
    );
    const step = Object(answer) as Step;
    this.#stations[i] = step.station;
    if (typeof step.timer === 'number') this.#start(i, step.timer);
    if (step.transmit === 'frame') this.#transmit(i);
    if (step.transmit === 'jam') this.collisions += 1;
    if (step.result === 'sent') this.shares[i] = (this.shares[i] as number) + 1;
    if (step.result === 'failed') this.failed += 1;
    if (step.result === 'sent' || step.result === 'failed') await this.#offer(i);
  }

  #start(i: number, time: number): void {
    this.#timers[i] = (this.#timers[i] as number) + 1;
    this.#events.push({
      at: this.#now + Math.max(0, time),
      kind: 'timer',
      to: i,
      serial: this.#timers[i] as number,
    });
  }

  #transmit(i: number): void {
    if (this.#heard[i]?.size !== 0) this.fault = `station ${i + 1} began while it heard another`;
    const quiet = this.#now - (this.#quietSince[i] as number);
    if (quiet < 96)
      this.fault = `station ${i + 1} began ${quiet} bits after it heard another, and not 96`;
    this.#sending.set(i, this.#now);
    this.#signal(i, true);
  }

  /** The signal of `i`, frame or jam, is over. */
  #end(i: number): void {
    if (this.#sending.delete(i)) this.#signal(i, false);
  }

  #signal(from: number, present: boolean): void {
    for (let to = 0; to < this.#stations.length; to++) {
      if (to !== from)
        this.#events.push({ at: this.#now + DELAY, kind: 'carrier', to, from, present });
    }
  }
}

/** `count` stations that always have a frame of `bits` share a cable for `length` bit times. */
export async function runBus(
  learner: Learner,
  rng: Rng,
  count: number,
  bits: number,
  length: number,
): Promise<BusRun> {
  const bus = new Bus(learner, rng, count, bits);
  const time = await bus.run(length);
  const sent = bus.shares.reduce((sum, share) => sum + share, 0);
  const { shares, collisions, failed, fault } = bus;
  return { sent, collisions, failed, shares, used: (sent * bits) / Math.max(1, time), fault };
}
