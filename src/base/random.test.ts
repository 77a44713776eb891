import { describe, expect, it } from 'vitest';
import { below, chance, randomOctets, seededRng } from './random.ts';

/** xoshiro128** and its seeding in 32-bit wrapped BigInt arithmetic, slow and plain, as the papers have them. */
function* model(seed: number): Generator<number> {
  const M = 0xffff_ffffn;
  const rotate = (x: bigint, k: bigint) => ((x << k) | (x >> (32n - k))) & M;
  let mix = BigInt(seed);
  const s = [0, 0, 0, 0].map(() => {
    mix = (mix + 0x9e37_79b9n) & M;
    let z = ((mix ^ (mix >> 16n)) * 0x85eb_ca6bn) & M;
    z = ((z ^ (z >> 13n)) * 0xc2b2_ae35n) & M;
    return z ^ (z >> 16n);
  }) as [bigint, bigint, bigint, bigint];
  for (;;) {
    yield Number((rotate((s[1] * 5n) & M, 7n) * 9n) & M);
    const t = (s[1] << 9n) & M;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 11n);
  }
}

describe('random', () => {
  it.each([0, 1, 42, 0xffff_ffff])('is xoshiro128** for seed %i', (seed) => {
    const rng = seededRng(seed);
    const expected = model(seed);
    for (let i = 0; i < 1000; i++) expect(rng.next()).toBe(expected.next().value);
  });

  it('spreads evenly: every octet value of 256,000 within six sigma', () => {
    const counts = new Array<number>(256).fill(0);
    for (const octet of randomOctets(seededRng(7), 256_000))
      counts[octet] = (counts[octet] ?? 0) + 1;
    const sigma = Math.sqrt(1000 * (1 - 1 / 256));
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(6 * sigma);
  });

  it('stays below its bound, and a chance of 0 or 1 is no chance', () => {
    const rng = seededRng(3);
    for (let i = 0; i < 1000; i++) {
      expect(below(rng, 6)).toBeLessThan(6);
      expect(chance(rng, 0)).toBe(false);
      expect(chance(rng, 1)).toBe(true);
    }
  });
});
