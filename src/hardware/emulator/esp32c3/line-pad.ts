/**
 * The pad of the raw line's sending pin: who has it by the GPIO matrix, whether it drives, and what that makes of
 * the wire. ESP32-C3 Technical Reference Manual §5.5.
 *
 * A word of I2S's goes out by itself once it has begun: its levels are on the wire ahead of time, and are taken
 * back when the pad becomes another's.
 */
import type { Level, WireEnd } from '../../../medium/wire.ts';
import type { Clock } from '../clock.ts';

export interface PadState {
  /** Of GPIO_OUT, which drives the pad where I2S does not have it. */
  readonly level: Level;
  readonly enabled: boolean;
  readonly openDrain: boolean;
  readonly ofI2s: boolean;
  /** What I2S sends goes out inverted. */
  readonly inverted: boolean;
}

const BITS = 32;

const equal = (a: PadState, b: PadState): boolean =>
  a.level === b.level &&
  a.enabled === b.enabled &&
  a.openDrain === b.openDrain &&
  a.ofI2s === b.ofI2s &&
  a.inverted === b.inverted;

export class LinePad {
  readonly #wire: WireEnd;
  readonly #clock: Clock;
  #state: PadState = { level: 0, enabled: false, openDrain: false, ofI2s: false, inverted: false };
  #word = 0;
  #began = Number.NEGATIVE_INFINITY;
  #period = 1;

  constructor(wire: WireEnd, clock: Clock) {
    this.#wire = wire;
    this.#clock = clock;
    wire.cut(clock.nanos);
    wire.drive(undefined, clock.nanos);
  }

  set(state: PadState): void {
    if (equal(state, this.#state)) return;
    this.#state = state;
    const now = this.#clock.nanos;
    this.#wire.cut(now);
    if (!state.ofI2s) {
      this.#drive(state.level, now);
      return;
    }
    const first = Math.floor((now - this.#began) / this.#period);
    this.#drive(this.#bit(Math.min(BITS - 1, first)), now);
    this.#shift(first + 1);
  }

  /** I2S begins with a word, `period` nanoseconds a bit, the top bit at `at`. */
  shift(word: number, at: number, period: number): void {
    this.#word = word;
    this.#began = at;
    this.#period = period;
    if (this.#state.ofI2s) this.#shift(0);
  }

  /** The transmitter has stopped: it is at 0, as a slave's is by §29.8.1. */
  rest(): void {
    this.#word = 0;
    this.#began = Number.NEGATIVE_INFINITY;
    if (!this.#state.ofI2s) return;
    const now = this.#clock.nanos;
    this.#wire.cut(now);
    this.#drive(this.#bit(BITS - 1), now);
  }

  #shift(from: number): void {
    for (let i = Math.max(0, from); i < BITS; i++) {
      this.#drive(this.#bit(i), this.#began + i * this.#period);
    }
  }

  #bit(index: number): Level {
    const bit = (this.#word >>> (BITS - 1 - index)) & 1;
    return (bit ^ (this.#state.inverted ? 1 : 0)) as Level;
  }

  #drive(level: Level, at: number): void {
    const { enabled, openDrain } = this.#state;
    this.#wire.drive(enabled && !(openDrain && level === 1) ? level : undefined, at);
  }
}
