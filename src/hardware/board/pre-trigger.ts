/**
 * A trigger that the host finds in what a board samples without one, so that there is something before it, too: the
 * protocol's own trigger starts the sampling (docs/control-protocol.md §8).
 *
 *   WATCHING ── the trigger ──▶ TAKING ── enough ──▶ FULL
 *       └────── none within `patience` samples ────▶ MISSED
 *
 * Invariant: it holds `before` and `count` levels, however many pass.
 */
import type { LineTrigger } from '../control/line.ts';

export interface PreTriggerOptions {
  readonly trigger: LineTrigger;
  /** How many samples to keep from before the trigger; there are fewer where it comes sooner. */
  readonly before: number;
  /** How many to take from it on. */
  readonly count: number;
  /** Among how many samples it has to be. */
  readonly patience: number;
}

type State = 'WATCHING' | 'TAKING' | 'FULL' | 'MISSED';

const FIRES: Readonly<Record<LineTrigger, (level: number, last: number | undefined) => boolean>> = {
  none: () => true,
  rising: (level, last) => level === 1 && last === 0,
  falling: (level, last) => level === 0 && last === 1,
  high: (level) => level === 1,
  low: (level) => level === 0,
};

export class PreTrigger {
  readonly #fires: (level: number, last: number | undefined) => boolean;
  readonly #patience: number;
  /** The last levels before the trigger, round and round. */
  readonly #ring: Uint8Array;
  readonly #taken: Uint8Array;
  #state: State = 'WATCHING';
  #last: number | undefined;
  #watched = 0;
  #count = 0;

  constructor({ trigger, before, count, patience }: PreTriggerOptions) {
    this.#fires = FIRES[trigger];
    this.#patience = patience;
    this.#ring = new Uint8Array(before);
    this.#taken = new Uint8Array(count);
  }

  get state(): State {
    return this.#state;
  }

  /** Nothing that comes from now on matters. */
  get over(): boolean {
    return this.#state === 'FULL' || this.#state === 'MISSED';
  }

  /** How many of `samples` came before the trigger. */
  get before(): number {
    return this.#found ? Math.min(this.#watched, this.#ring.length) : 0;
  }

  /** Those before the trigger, then those from it on; none without it. */
  get samples(): Uint8Array {
    if (!this.#found) return new Uint8Array(0);
    const { before } = this;
    const samples = new Uint8Array(before + this.#count);
    for (let i = 0; i < before; i++) {
      samples[i] = this.#ring[(this.#watched - before + i) % this.#ring.length] ?? 0;
    }
    samples.set(this.#taken.subarray(0, this.#count), before);
    return samples;
  }

  /** The levels that come next. */
  take(levels: Uint8Array): void {
    for (const level of levels) {
      if (this.over) return;
      if (this.#state === 'WATCHING' && !this.#watch(level)) continue;
      this.#taken[this.#count] = level;
      this.#count += 1;
      if (this.#count === this.#taken.length) this.#state = 'FULL';
    }
  }

  get #found(): boolean {
    return this.#state === 'TAKING' || this.#state === 'FULL';
  }

  /** True when this is the first behind the trigger. */
  #watch(level: number): boolean {
    if (this.#fires(level, this.#last)) {
      this.#state = 'TAKING';
      return true;
    }
    this.#last = level;
    if (this.#ring.length > 0) this.#ring[this.#watched % this.#ring.length] = level;
    this.#watched += 1;
    if (this.#watched >= this.#patience) this.#state = 'MISSED';
    return false;
  }
}
