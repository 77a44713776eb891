/** The host's end of an emulated UART's line, whatever chip is at the other. It outlives the chip's resets. */
import { FRAMING_ERROR, misread, SerialWire, understands } from './serial-wire.ts';

/** The host hears of octets by so many, or when the line falls silent: a USB adapter's packet. */
const HEARD = 64;

export class UartLine {
  readonly toBoard: SerialWire;
  readonly #onOutput: (octets: Uint8Array) => void;
  rate: number;

  constructor(rate: number, onOutput: (octets: Uint8Array) => void) {
    this.rate = rate;
    this.toBoard = new SerialWire(rate);
    this.#onOutput = onOutput;
  }

  /**
   * Tells the host what is whole of `wire`, sent at `rate` bit/s. Gives when more is to be told: nanoseconds of the
   * same time as `now`, Infinity when nothing is on its way.
   */
  deliver(wire: SerialWire, rate: number, now: number): number {
    const count = wire.whole(now);
    if (count > 0) {
      const octets = wire.take(count);
      if (understands(this.rate, rate)) this.#onOutput(octets.slice());
      else this.#onOutput(hostsView(misread(octets, rate, this.rate)));
    }
    return wire.length === 0 ? Infinity : wire.wholeAt(Math.min(HEARD, wire.length) - 1);
  }

  /** What the board reads of octets that the host sent, by the board's own `rate`. */
  heardByBoard(octets: Uint8Array, rate: number): Uint8Array | Uint16Array {
    return understands(rate, this.rate) ? octets : misread(octets, this.rate, rate);
  }
}

/** A terminal's driver reads an octet with a framing error as 0x00 (POSIX.1 §11.2.2, without PARMRK). */
const hostsView = (heard: Uint16Array): Uint8Array =>
  Uint8Array.from(heard, (data) => ((data & FRAMING_ERROR) === 0 ? data : 0));
