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
import { UsageError } from '../base/errors.ts';
import { below, chance, type Rng, seededRng } from '../base/random.ts';
import { after, type Duration, type Instant, microseconds, START } from '../base/time.ts';
import { DeliveryQueue } from './delivery-queue.ts';
import type { Delivery, Medium, PortNumber } from './medium.ts';

/** Probabilities are 0 … 1. */
export interface ImpairmentSettings {
  readonly seed: number;
  readonly loss?: number;
  /** A copy follows right behind. */
  readonly duplication?: number;
  /** Held back by `hold`, so that what comes within that time overtakes it. */
  readonly reordering?: { readonly probability: number; readonly hold: Duration };
  /** Added to every frame's time. */
  readonly delay?: Duration;
  /** 0 … this, uniform, added too. */
  readonly jitter?: Duration;
  readonly corruption?: {
    readonly probability: number;
    /**
     * The longest burst, 1 … 32 bits, 1 unless told otherwise. A burst's first and last bits are wrong,
     * those between by chance. CRC-32 misses none of up to 32 bits.
     */
    readonly burst?: number;
    /** The receiving card hands the frame up instead of dropping it at its FCS. */
    readonly handUp?: boolean;
  };
}

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

const BURST_MAX = 32;
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
  readonly #settings: ImpairmentSettings;
  readonly #rng: Rng;
  readonly #queue = new DeliveryQueue(CAPACITY);
  readonly #last = new Map<PortNumber, Instant>(); // The latest delivery that was not held back.

  /** @throws UsageError `impairment-range` when a setting is out of its range. */
  constructor(medium: Medium, settings: ImpairmentSettings) {
    validate(settings);
    this.counters = this.#counters;
    this.#medium = medium;
    this.#settings = settings;
    this.#rng = seededRng(settings.seed);
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
    const {
      loss = 0,
      corruption,
      delay = 0,
      jitter = 0,
      reordering,
      duplication = 0,
    } = this.#settings;
    const lost = chance(this.#rng, loss);
    const corrupted = chance(this.#rng, corruption?.probability ?? 0);
    const damage = seededRng(this.#rng.next());
    const late = microseconds(delay + below(this.#rng, jitter + 1));
    const held = chance(this.#rng, reordering?.probability ?? 0);
    const twice = chance(this.#rng, duplication);

    this.#counters.frames += 1;
    if (lost) {
      this.#counters.lost += 1;
      return;
    }
    if (corrupted) this.#counters.corrupted += 1;
    if (corrupted && !corruption?.handUp) return;
    const octets = corrupted ? corrupt(frame, corruption?.burst ?? 1, damage) : frame;
    let due = Math.max(after(at, late), this.#last.get(port) ?? START) as Instant;
    if (held && reordering !== undefined) {
      this.#counters.reordered += 1;
      due = after(due, reordering.hold);
    } else {
      this.#last.set(port, due);
    }
    this.#deliver({ port, frame: octets, at: due });
    if (twice) {
      this.#counters.duplicated += 1;
      this.#deliver({ port, frame: octets, at: due });
    }
  }

  #deliver(delivery: Delivery): void {
    if (!this.#queue.push(delivery)) this.#counters.overflowed += 1;
  }

  /** Seed and settings in one line: what a failing test prints, and enough to see the same again. */
  describe(): string {
    const { seed, loss, corruption, delay, jitter, reordering, duplication } = this.#settings;
    const parts = [`seed ${seed}`];
    if (loss) parts.push(`loss ${percent(loss)}`);
    if (corruption?.probability) {
      const bits = corruption.burst ?? 1;
      const what = bits === 1 ? 'single bits' : `bursts of up to ${bits} bits`;
      const fate = corruption.handUp ? 'handed up' : 'dropped at the FCS';
      parts.push(`corruption ${percent(corruption.probability)} (${what}, ${fate})`);
    }
    if (delay) parts.push(`delay ${delay} µs`);
    if (jitter) parts.push(`jitter up to ${jitter} µs`);
    if (reordering?.probability) {
      parts.push(`reordering ${percent(reordering.probability)} by ${reordering.hold} µs`);
    }
    if (duplication) parts.push(`duplication ${percent(duplication)}`);
    return parts.length === 1 ? `seed ${seed}, no impairments` : parts.join(', ');
  }
}

const percent = (probability: number): string => `${Number((probability * 100).toPrecision(12))} %`;

/** A copy of `frame` with one burst of 1 … `burst` wrong bits in it, cut off at the frame's end. */
function corrupt(frame: Uint8Array, burst: number, rng: Rng): Uint8Array {
  const damaged = frame.slice();
  const length = 1 + below(rng, burst);
  const first = below(rng, frame.length * 8);
  for (let i = 0; i < length; i++) {
    const wrong = i === 0 || i === length - 1 || chance(rng, 0.5);
    const octet = (first + i) >> 3;
    const value = damaged[octet];
    if (wrong && value !== undefined) damaged[octet] = value ^ (1 << ((first + i) & 7));
  }
  return damaged;
}

function validate(settings: ImpairmentSettings): void {
  const { loss = 0, duplication = 0, reordering, corruption, delay = 0, jitter = 0 } = settings;
  const within = (name: string, value: number, min: number, max: number): void => {
    if (value >= min && value <= max) return;
    throw new UsageError('impairment-range', `${name} ${value} is not in ${min} … ${max}`, {
      name,
      value,
      min,
      max,
    });
  };
  const longest = microseconds(3_600_000_000);
  within('loss', loss, 0, 1);
  within('duplication', duplication, 0, 1);
  within('reordering', reordering?.probability ?? 0, 0, 1);
  within('reordering hold', reordering?.hold ?? 0, 0, longest);
  within('corruption', corruption?.probability ?? 0, 0, 1);
  within('corruption burst', corruption?.burst ?? 1, 1, BURST_MAX);
  within('delay', delay, 0, longest);
  within('jitter', jitter, 0, longest);
}
