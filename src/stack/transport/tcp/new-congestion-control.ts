import type { CongestionControl, CongestionName } from './congestion.ts';
import { Cubic } from './cubic.ts';
import { Hybla } from './hybla.ts';
import { NewReno } from './new-reno.ts';

/** `initialWindow` is in octets; it is also the restart window (RFC 5681 §4.1). */
export function newCongestionControl(
  name: CongestionName,
  smss: number,
  initialWindow: number,
): CongestionControl {
  switch (name) {
    case 'cubic':
      return new Cubic(smss, initialWindow);
    case 'reno':
      return new NewReno(smss, initialWindow);
    case 'hybla':
      return new NewReno(smss, initialWindow, new Hybla());
  }
}
