/** The congestion controls that there are, each made once: connections are many. */
import type { TcpConfig } from './config.ts';
import type { CongestionControl, CongestionName } from './congestion.ts';
import { CUBIC_OPTIONS, Cubic } from './cubic.ts';
import { NewReno } from './new-reno.ts';

type Policy = Pick<TcpConfig, 'slowStartLimit' | 'rttFairness'>;

/** By slowStartLimit. */
const RENO = [false, true].map((slowStartLimit) => new NewReno(slowStartLimit));
/** By rttFairness, and then by slowStartLimit. */
const CUBIC = [false, true].map((rttFairness) =>
  [false, true].map(
    (slowStartLimit) => new Cubic({ ...CUBIC_OPTIONS, slowStartLimit, rttFairness }),
  ),
);

export function congestionControl(
  name: CongestionName,
  { slowStartLimit, rttFairness }: Policy,
): CongestionControl {
  const found = name === 'reno' ? RENO[+slowStartLimit] : CUBIC[+rttFairness]?.[+slowStartLimit];
  return found as CongestionControl;
}
