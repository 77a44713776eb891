/** Where chance comes from. A seed replays it, on any machine. */
export interface Rng {
  /** A whole number, 0 … 2^32 − 1, uniform. */
  next(): number;
}

/** xoshiro128** 1.1 (Blackman and Vigna, 2018), its state filled by SplitMix32 from `seed`. */
export function seededRng(seed: number): Rng {
  let mix = seed >>> 0;
  const split = (): number => {
    mix = (mix + 0x9e3779b9) >>> 0;
    let z = mix;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
  let a = split();
  let b = split();
  let c = split();
  let d = split();
  const rotate = (x: number, k: number): number => ((x << k) | (x >>> (32 - k))) >>> 0;
  return {
    next(): number {
      const result = Math.imul(rotate(Math.imul(b, 5) >>> 0, 7), 9) >>> 0;
      const t = (b << 9) >>> 0;
      c = (c ^ a) >>> 0;
      d = (d ^ b) >>> 0;
      b = (b ^ c) >>> 0;
      a = (a ^ d) >>> 0;
      c = (c ^ t) >>> 0;
      d = rotate(d, 11);
      return result;
    },
  };
}

/** Uniform in 0 ≤ x < 1, 32 bits of it. */
export const fraction = (rng: Rng): number => rng.next() / 2 ** 32;

/** A whole number, 0 ≤ x < `bound` (1 … 2^32). */
export const below = (rng: Rng, bound: number): number => Math.floor(fraction(rng) * bound);

export const chance = (rng: Rng, probability: number): boolean => fraction(rng) < probability;

/** `length` octets of `rng`. */
export function randomOctets(rng: Rng, length: number): Uint8Array {
  const octets = new Uint8Array(length);
  for (let i = 0; i < length; i++) octets[i] = rng.next() >>> 24;
  return octets;
}
