import type { CongestionControl, CongestionName } from './congestion.ts';
import { CUBIC_OPTIONS, CUBIC_UNLIMITED, Cubic } from './cubic.ts';
import { Hybla } from './hybla.ts';
import { NewReno } from './new-reno.ts';

/**
 * `initialWindow` is in octets; it is also the restart window (RFC 5681 §4.1). `slowStartLimit`: in slow start
 * an acknowledgment counts for so many segments at most, and after a timeout for one (RFC 3465, RFC 9406).
 */
export function newCongestionControl(
  name: CongestionName,
  smss: number,
  initialWindow: number,
  slowStartLimit = true,
): CongestionControl {
  switch (name) {
    case 'cubic':
      return new Cubic(smss, initialWindow, slowStartLimit ? CUBIC_OPTIONS : CUBIC_UNLIMITED);
    case 'reno':
      return new NewReno(smss, initialWindow, undefined, slowStartLimit);
    case 'hybla':
      return new NewReno(smss, initialWindow, new Hybla());
  }
}
