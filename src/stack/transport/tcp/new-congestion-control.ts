import type { TcpConfig } from './config.ts';
import type { CongestionControl, CongestionName } from './congestion.ts';
import { CUBIC_OPTIONS, Cubic, type CubicOptions } from './cubic.ts';
import { NewReno } from './new-reno.ts';

type Policy = Pick<TcpConfig, 'slowStartLimit' | 'rttFairness'>;

/** Made once, for connections are many: rttFairness in the high bit of the index, slowStartLimit in the low one. */
const VARIANTS: readonly CubicOptions[] = [false, true].flatMap((rttFairness) =>
  [false, true].map((slowStartLimit) => ({ ...CUBIC_OPTIONS, slowStartLimit, rttFairness })),
);

/** `initialWindow` is in octets; it is also the restart window (RFC 5681 §4.1). */
export function newCongestionControl(
  name: CongestionName,
  smss: number,
  initialWindow: number,
  { slowStartLimit, rttFairness }: Policy,
): CongestionControl {
  switch (name) {
    case 'cubic': {
      const options = VARIANTS[2 * Number(rttFairness) + Number(slowStartLimit)];
      return new Cubic(smss, initialWindow, options);
    }
    case 'reno':
      return new NewReno(smss, initialWindow, slowStartLimit);
  }
}
