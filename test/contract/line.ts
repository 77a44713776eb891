/** One direction of a serial line in virtual time: octets arrive in order, at its rate, perhaps damaged. */
import { below, fraction, type Rng } from '../../src/base/random.ts';
import { after, type Instant, microseconds, START } from '../../src/base/time.ts';

/** What a line does to a chunk on its way. */
export type Impairment = (octets: Uint8Array) => Uint8Array;

export class Line {
  /** bit/s, ten bits an octet; 0 for a line without a rate. */
  rate: number;
  impair: Impairment | undefined;
  /** Octets that were put on it in all. */
  carried = 0;
  #freeAt: Instant = START;
  #onTheWay: { readonly at: Instant; readonly octets: Uint8Array }[] = [];

  constructor(rate = 0) {
    this.rate = rate;
  }

  /** When the sender may put more on the line without queueing it. */
  get freeAt(): Instant {
    return this.#freeAt;
  }

  put(octets: Uint8Array, now: Instant): void {
    this.carried += octets.length;
    const start = now > this.#freeAt ? now : this.#freeAt;
    // A line without a rate still takes its time: USB carries about a megabyte a second.
    const duration = this.rate === 0 ? octets.length : (octets.length * 10e6) / this.rate;
    this.#freeAt = after(start, microseconds(Math.ceil(duration)));
    this.#onTheWay.push({ at: this.#freeAt, octets: this.impair?.(octets) ?? octets });
  }

  /** The next octets that have arrived. */
  take(now: Instant): Uint8Array | undefined {
    const next = this.#onTheWay[0];
    if (next === undefined || next.at > now) return undefined;
    this.#onTheWay.shift();
    return next.octets;
  }

  pollTimeout(): Instant | undefined {
    return this.#onTheWay[0]?.at;
  }

  /** The sender lost power: of what is on its way only the first `octets` arrive. */
  cut(octets: number): void {
    let left = octets;
    this.#onTheWay = this.#onTheWay.map((chunk) => {
      const kept = chunk.octets.subarray(0, left);
      left -= kept.length;
      return { at: chunk.at, octets: kept };
    });
  }
}

export interface NoiseLevels {
  /** Probabilities, each for one octet. */
  readonly lost: number;
  readonly flipped: number;
  readonly inserted: number;
  readonly duplicated: number;
  /** That a burst begins, which replaces up to 64 octets. */
  readonly burst: number;
}

/** Loses, flips, inserts and repeats octets, alone and in bursts, as `rng` will have it. */
export function noise(rng: Rng, levels: NoiseLevels): Impairment {
  const { lost, flipped, inserted, duplicated } = levels;
  let burst = 0;
  /** One draw decides for one octet: the probabilities lie end to end. */
  const damage = (octet: number, out: number[]): void => {
    const draw = fraction(rng);
    if (burst > 0) burst -= 1;
    else if (draw < levels.burst) burst = below(rng, 64);
    else if (draw < levels.burst + lost) return;
    else if (draw < levels.burst + lost + flipped) {
      out.push(octet ^ (1 << below(rng, 8)));
      return;
    } else {
      out.push(octet);
      if (draw < levels.burst + lost + flipped + duplicated) out.push(octet);
      else if (draw < levels.burst + lost + flipped + duplicated + inserted)
        out.push(below(rng, 256));
      return;
    }
    out.push(below(rng, 256)); // In a burst.
  };
  return (octets) => {
    const out: number[] = [];
    for (const octet of octets) damage(octet, out);
    return Uint8Array.from(out);
  };
}
