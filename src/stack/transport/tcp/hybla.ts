/**
 * What TCP Hybla (Caini and Firrincieli, 2004) adds to Reno: a flow gains as many octets a second as one with
 * the round trip RTT0 would, however long its own is. In congestion avoidance a window grows by ρ² segments a
 * round trip, ρ = RTT / RTT0. So flows of unlike round trips share a bottleneck alike, and a long path that
 * loses by chance is filled again soon.
 *
 * Departures: slow start is Reno's, where Hybla's 2^ρ − 1 for each acknowledgment floods short queues; and RTT0
 * is 50 ms in place of 25, so that ρ² is one of what the paper would have at the round trips of a continent.
 */
import type { Duration } from '../../../base/time.ts';

const RTT0 = 50_000;
/** A path by satellite: 0.6 s. */
const GAIN_MAX = 144;
const SMOOTHING = 1 / 8;

export class Hybla {
  #rtt = 0;

  /** A round trip was measured; 0: none was. */
  handleRtt(rtt: Duration | 0): void {
    if (rtt <= 0) return;
    this.#rtt += this.#rtt === 0 ? rtt : (rtt - this.#rtt) * SMOOTHING;
  }

  /** ρ², by which an octet counts that was acknowledged; never less than one, as in the paper. */
  get gain(): number {
    const rho = this.#rtt / RTT0;
    return Math.min(Math.max(rho * rho, 1), GAIN_MAX);
  }
}
