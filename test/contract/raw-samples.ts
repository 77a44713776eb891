/** Samples of a raw line as its tests make and read them. */
import { type Rng, randomOctets } from '../../src/base/random.ts';
import { LINE_FEATURE, type LineLimits } from '../../src/hardware/control/line.ts';

export const levels = (rng: Rng, count: number): Uint8Array =>
  randomOctets(rng, count).map((octet) => octet & 1);

export const text = (samples: Uint8Array): string => samples.join('');

/** Each sample `times` times. */
export const stretch = (samples: Uint8Array, times: number): Uint8Array =>
  Uint8Array.from(
    { length: samples.length * times },
    (_, i) => samples[Math.floor(i / times)] ?? 0,
  );

/** A third of the way up, a round figure. */
export function usualRate({ lowestRate, highestRate }: LineLimits): number {
  return Math.max(lowestRate, 10 ** Math.floor(Math.log10(highestRate / 2)));
}

export const has = ({ features }: LineLimits, feature: keyof typeof LINE_FEATURE): boolean =>
  (features & LINE_FEATURE[feature]) !== 0;
