/**
 * Frames on a synchronous line, ISO/IEC 13239:2002 §4.3: between flags 01111110, a 0 is put in after every five
 * ones, so that six in a row occur in flags alone and seven or more abort the frame. Octets go out lowest bit
 * first.
 *
 *   0111111 0  address …  11111 0 1 … FCS  0111111 0
 *    flag                 stuffed 0         flag, may open the next frame
 */
import { assert } from '../../../base/errors.ts';

/** One bit an element: 0 or 1. */
type Bits = Uint8Array;

const FLAG: Bits = Uint8Array.of(0, 1, 1, 1, 1, 1, 1, 0);
const ONES_MAX = 5;

/** The bits of `octets` with zeros put in, without flags. */
export function stuff(octets: Uint8Array): Bits {
  const bits: number[] = [];
  let ones = 0;
  for (const octet of octets) {
    for (let i = 0; i < 8; i++) {
      const bit = (octet >> i) & 1;
      bits.push(bit);
      ones = bit === 1 ? ones + 1 : 0;
      if (ones === ONES_MAX) {
        bits.push(0);
        ones = 0;
      }
    }
  }
  return Uint8Array.from(bits);
}

/** `frames` with `flags` flags (1 …) in front of each and behind the last: a shared flag is enough. */
export function frameBits(frames: readonly Uint8Array[], flags = 1): Bits {
  assert(flags >= 1, 'a flag stands between two frames');
  const bits: number[] = [];
  const pause = (): void => {
    for (let i = 0; i < flags; i++) bits.push(...FLAG);
  };
  for (const frame of frames) {
    pause();
    bits.push(...stuff(frame));
  }
  pause();
  return Uint8Array.from(bits);
}

export interface DeframerCounters {
  /** Seven ones or more within a frame (§4.3.2.2). */
  aborted: number;
  /** A flag where no octet was whole. */
  ragged: number;
  /** Shorter than address, control and FCS: §4.4.1 calls them invalid, and receivers say nothing. */
  short: number;
  /** Longer than the longest frame. */
  oversized: number;
}

/** Address, control and the two octets of FCS. */
const SHORTEST = 4;

/** Bits in, frames out; a frame may come in any number of pieces. Nothing but one frame is kept. */
export class BitDeframer {
  readonly counters: DeframerCounters = { aborted: 0, ragged: 0, short: 0, oversized: 0 };
  readonly #frame: Uint8Array;
  #bits = 0;
  #ones = 0;
  /** Between flags. Until the first, and after an abort, what comes is no frame. */
  #inFrame = false;

  /** `longest`: octets of a frame, FCS with them. */
  constructor(longest: number) {
    this.#frame = new Uint8Array(longest);
  }

  /** The frames, without flags and stuffing and with their FCS, that `bits` complete. */
  *feed(bits: Bits): Generator<Uint8Array> {
    for (const bit of bits) {
      const frame = this.#take(bit);
      if (frame !== undefined) yield frame;
    }
  }

  #take(bit: number): Uint8Array | undefined {
    if (bit === 1) {
      this.#ones += 1;
      if (this.#ones === ONES_MAX + 2) this.#abort();
      if (this.#ones <= ONES_MAX) this.#append(1);
      return undefined;
    }
    const ones = this.#ones;
    this.#ones = 0;
    if (ones === ONES_MAX) return undefined;
    if (ones === ONES_MAX + 1) return this.#flag();
    if (ones < ONES_MAX) this.#append(0);
    return undefined;
  }

  #append(bit: number): void {
    if (!this.#inFrame) return;
    const at = this.#bits >> 3;
    // The flag's own first six bits may follow a frame that is as long as can be.
    if (this.#bits >= this.#frame.length * 8 + FLAG.length) {
      this.counters.oversized += 1;
      this.#inFrame = false;
      return;
    }
    if (at < this.#frame.length) {
      const octet = (this.#bits & 7) === 0 ? 0 : (this.#frame[at] as number);
      this.#frame[at] = octet | (bit << (this.#bits & 7));
    }
    this.#bits += 1;
  }

  #abort(): void {
    if (this.#inFrame && this.#bits > FLAG.length) this.counters.aborted += 1;
    this.#inFrame = false;
  }

  /** The bits gathered end in the flag's own: a 0 and five ones. The sixth one was not appended. */
  #flag(): Uint8Array | undefined {
    const bits = this.#bits - (ONES_MAX + 1);
    const wasInFrame = this.#inFrame;
    this.#inFrame = true;
    this.#bits = 0;
    if (!wasInFrame || bits <= 0) return undefined;
    if (bits % 8 !== 0) this.counters.ragged += 1;
    else if (bits < SHORTEST * 8) this.counters.short += 1;
    else if (bits > this.#frame.length * 8) this.counters.oversized += 1;
    else return this.#frame.slice(0, bits / 8);
    return undefined;
  }
}
