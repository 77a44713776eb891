/** The time that frames take on a pair of wires, one after the other. IEEE 802.3-2018 §4.4.2. */
import { type Instant, START } from '../base/time.ts';

/** In Mbit/s, so in bits a microsecond. */
export type LinkRate = 10 | 100;

const PREAMBLE_AND_SFD = 8;
const FCS = 4;
const INTER_FRAME_GAP_BITS = 96;
/** maxEnvelopeFrameSize (2000) without the FCS: what is longer is jabber. */
const FRAME_MAX = 1996;

/** Ticks of 10 ns, the bit time at 100 Mbit/s: an octet there is no whole number of microseconds. */
const TICKS_PER_MICROSECOND = 100;

/** What befell frames on a medium. */
export interface MediumCounters {
  sent: number;
  /** Dropped: too many octets were waiting for the wire, or deliveries for their taker. */
  overflowed: number;
  /** Dropped: the port had no link. */
  unlinked: number;
  /** Dropped: longer than any frame, or empty. */
  refused: number;
  /** Lost on their way when the cable was pulled, counted once a receiver. */
  cut: number;
}

export const noCounts = (): MediumCounters => ({
  sent: 0,
  overflowed: 0,
  unlinked: 0,
  refused: 0,
  cut: 0,
});

export const isFrame = (octets: Uint8Array): boolean =>
  octets.length > 0 && octets.length <= FRAME_MAX;

export class Transmitter {
  rate: LinkRate;
  readonly #backlogMax: number;
  #freeAt: number = START; // In ticks: when the next frame may begin.

  /** `backlogMax`: how many octets, in time on the wire, may wait for it. */
  constructor(rate: LinkRate, backlogMax: number) {
    this.rate = rate;
    this.#backlogMax = backlogMax;
  }

  /** Forgets what waited: the link went down. */
  reset(): void {
    this.#freeAt = START;
  }

  /** When the last bit of a frame of `octets` has left; undefined when too much waits already. */
  transmit(octets: number, now: Instant): Instant | undefined {
    const ticksPerBit = TICKS_PER_MICROSECOND / this.rate;
    const ready = now * TICKS_PER_MICROSECOND;
    const begin = Math.max(ready, this.#freeAt);
    if (begin - ready > this.#backlogMax * 8 * ticksPerBit) return undefined;
    const end = begin + (PREAMBLE_AND_SFD + octets + FCS) * 8 * ticksPerBit;
    this.#freeAt = end + INTER_FRAME_GAP_BITS * ticksPerBit;
    return Math.ceil(end / TICKS_PER_MICROSECOND) as Instant;
  }
}
