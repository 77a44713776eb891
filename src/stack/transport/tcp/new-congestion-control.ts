import type { CongestionControl, CongestionName } from './congestion.ts';
import { Cubic } from './cubic.ts';
import { NewReno } from './new-reno.ts';

/** `initialWindow` is in octets; it is also the restart window (RFC 5681 §4.1). */
export const newCongestionControl = (
  name: CongestionName,
  smss: number,
  initialWindow: number,
): CongestionControl =>
  name === 'cubic' ? new Cubic(smss, initialWindow) : new NewReno(smss, initialWindow);
