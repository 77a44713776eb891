/**
 * One wire and the pins on it, in virtual nanoseconds: who drives it to what, and what that looks like to
 * each of them, with propagation, jitter and noise. The same seed and the same calls give the same levels.
 *
 *   end ── drive(level, at) ──▶ transitions ──▶ level(at), nextChange(at), sample(at) ──▶ any end
 *
 * Invariants:
 *   (1) What an end sees at a time depends on what was driven before it alone, its own levels at once and
 *       those of others `delay` later.
 *   (2) A low level wins: on open drain that is the wired AND, between push-pull outputs a short circuit,
 *       which is counted.
 *   (3) Each end has chances of its own: who else is on the wire changes nothing in them.
 */
import { below, fraction, type Rng, seededRng } from '../base/random.ts';

export type Level = 0 | 1;

export interface WireFlaws {
  /** Nanoseconds from one end to any other. */
  readonly delay?: number;
  /** Standard deviation in nanoseconds of when each transition comes, Gaussian, within four of them. */
  readonly jitter?: number;
  /** For each sample, how probable it is that it is read wrongly. */
  readonly flip?: number;
  /** For each sample, how probable it is that a burst begins, and how many samples long that is: each is a coin's toss. */
  readonly burst?: { readonly probability: number; readonly length: number };
  /** By how much the clocks of the boards on it are fast, in order: 0.02 is 2 %. For who makes the boards. */
  readonly clockErrors?: readonly number[];
}

export interface WireOptions extends WireFlaws {
  readonly seed: number;
  /** What the wire is at when nobody drives it and no pin pulls: a resistor's doing. Low unless said. */
  readonly rest?: Level;
}

const DELAY = 5;
/** Four standard deviations hold all but one of sixteen thousand. */
const JITTER_REACH = 4;
/** Transitions of an end that are kept at most. When it is full the oldest goes. */
const TRANSITIONS_MAX = 1 << 20;
const PRUNE_EVERY = 4096;

export class Wire {
  readonly delay: number;
  /** Times at which one end drove high what another drove low, counted when somebody looked. */
  conflicts = 0;
  readonly #seed: number;
  readonly #rest: Level;
  readonly #flaws: WireFlaws;
  readonly #ends: WireEnd[] = [];

  constructor(options: WireOptions) {
    this.#seed = options.seed;
    this.#rest = options.rest ?? 0;
    this.#flaws = options;
    this.delay = options.delay ?? DELAY;
  }

  attach(): WireEnd {
    const ordinal = this.#ends.length + 1;
    const rng = seededRng((this.#seed ^ Math.imul(ordinal, 0x9e3779b1)) >>> 0);
    const end = new WireEnd(this, this.#flaws, rng);
    this.#ends.push(end);
    return end;
  }

  /** What `observer` sees at `at`. */
  levelAt(observer: WireEnd, at: number): Level {
    let high = false;
    let low = false;
    for (const end of this.#ends) {
      const driven = end.drivenAt(end === observer ? at : at - this.delay);
      if (driven === 0) low = true;
      else if (driven === 1) high = true;
    }
    if (high && low) this.conflicts += 1;
    if (low) return 0;
    return high ? 1 : this.#pulled();
  }

  /** When after `at` anything next changes that `observer` sees, of what is known by now; else Infinity. */
  nextTransition(observer: WireEnd, at: number): number {
    let next = Number.POSITIVE_INFINITY;
    for (const end of this.#ends) {
      const delay = end === observer ? 0 : this.delay;
      next = Math.min(next, end.transitionAfter(at - delay) + delay);
    }
    return next;
  }

  /** `end` has driven something: whoever waits for an edge looks again. */
  changed(by: WireEnd): void {
    for (const end of this.#ends) if (end !== by) end.onChange?.();
  }

  /** Since when somebody may still ask; Infinity when nobody does. */
  askedSince(): number {
    let since = Number.POSITIVE_INFINITY;
    for (const end of this.#ends) since = Math.min(since, end.listensSince);
    return since - this.delay;
  }

  #pulled(): Level {
    let up = false;
    let down = false;
    for (const { pull } of this.#ends) {
      if (pull === 1) up = true;
      else if (pull === 0) down = true;
    }
    if (up) return 1;
    return down ? 0 : this.#rest;
  }
}

/** A board's pins on the wire: one drives, one listens. */
export class WireEnd {
  /** Called when another end has driven the wire. */
  onChange: (() => void) | undefined;
  /** The weak level of a pin's own resistor. */
  pull: Level | undefined;
  /** This end may yet ask for levels from then on. Without listeners transitions are forgotten at once. */
  listensSince = Number.POSITIVE_INFINITY;
  readonly #wire: Wire;
  readonly #jitter: number;
  readonly #flip: number;
  readonly #burst: { readonly probability: number; readonly length: number } | undefined;
  readonly #edges: Rng;
  readonly #noise: Rng;
  #times: number[] = [Number.NEGATIVE_INFINITY];
  #levels: (Level | undefined)[] = [undefined];
  #burstLeft = 0;

  constructor(wire: Wire, flaws: WireFlaws, rng: Rng) {
    this.#wire = wire;
    this.#jitter = flaws.jitter ?? 0;
    this.#flip = flaws.flip ?? 0;
    this.#burst = flaws.burst;
    this.#edges = seededRng(rng.next());
    this.#noise = seededRng(rng.next());
  }

  /** From `at` on this end drives the wire to `level`, or lets go of it. Not before what it did last. */
  drive(level: Level | undefined, at: number): void {
    if (this.#levels.at(-1) === level) return;
    const last = this.#times.at(-1) ?? at;
    this.#times.push(Math.max(last, at + this.#deviation()));
    this.#levels.push(level);
    if (this.#times.length % PRUNE_EVERY === 0) this.#prune();
    this.#wire.changed(this);
  }

  /** Takes back what was to come after `at`. */
  cut(at: number): void {
    while (this.#times.length > 1 && (this.#times.at(-1) as number) > at) {
      this.#times.pop();
      this.#levels.pop();
    }
    this.#wire.changed(this);
  }

  level(at: number): Level {
    return this.#wire.levelAt(this, at);
  }

  /** As `level`, with the noise of one sample. */
  sample(at: number): Level {
    const level = this.level(at);
    if (this.#burst !== undefined) {
      if (this.#burstLeft > 0) {
        this.#burstLeft -= 1;
        return below(this.#noise, 2) as Level;
      }
      if (fraction(this.#noise) < this.#burst.probability) this.#burstLeft = this.#burst.length;
    }
    if (this.#flip > 0 && fraction(this.#noise) < this.#flip) return level === 0 ? 1 : 0;
    return level;
  }

  nextChange(at: number): number {
    return this.#wire.nextTransition(this, at);
  }

  /** What this end itself drives at `at`. */
  drivenAt(at: number): Level | undefined {
    return this.#levels[this.#indexAt(at)];
  }

  transitionAfter(at: number): number {
    return this.#times[this.#indexAt(at) + 1] ?? Number.POSITIVE_INFINITY;
  }

  /** The last transition at or before `at`. */
  #indexAt(at: number): number {
    let high = this.#times.length - 1;
    if ((this.#times[high] as number) <= at) return high;
    let low = 0;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#times[middle] as number) <= at) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #prune(): void {
    const since = Math.min(this.#wire.askedSince(), this.#times.at(-1) as number);
    const surplus = Math.max(this.#indexAt(since), this.#times.length - TRANSITIONS_MAX);
    if (surplus <= 0) return;
    this.#times = this.#times.slice(surplus);
    this.#levels = this.#levels.slice(surplus);
    this.#times[0] = Number.NEGATIVE_INFINITY;
  }

  /** Box and Muller, 1958. */
  #deviation(): number {
    if (this.#jitter === 0) return 0;
    const radius = Math.sqrt(-2 * Math.log(1 - fraction(this.#edges)));
    const normal = radius * Math.cos(2 * Math.PI * fraction(this.#edges));
    const bounded = Math.max(-JITTER_REACH, Math.min(JITTER_REACH, normal));
    return bounded * this.#jitter;
  }
}
